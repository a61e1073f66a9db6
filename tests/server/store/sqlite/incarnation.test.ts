import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watchIncarnation } from "../../../../server/store/sqlite/incarnation.ts";
import { openDatabase } from "../../../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../../../server/store/sqlite/store.ts";
import { type Clock, clock } from "../../../support/clock.ts";
import { draft, settle } from "../conformance/ground.ts";

let folder: string;
let data: string;
let time: Clock;
let reports: unknown[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secure-chat-incarnation-"));
  data = join(folder, "data");
  mkdirSync(data);
  time = clock(Date.now());
  reports = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string) => join(data, name);
const note = () => file("incarnation.json");

/** The server's start, as far as the database is concerned. */
function start() {
  const db = openDatabase(file("chat.sqlite"));
  const stopNoting = watchIncarnation(db, note(), time, (error) => reports.push(error));
  const store = sqliteStore(db);
  return {
    store,
    write: async (count: number) => {
      await store.messages.append(Array.from({ length: count }, () => draft("text")));
    },
    /** A stop in good order. */
    stop() {
      stopNoting();
      store.close();
    },
    /** Nothing more is noted, as when the process is killed. */
    kill: () => store.close(),
  };
}

/** One start that registers someone and writes `count` messages. */
async function begun(count: number) {
  const server = start();
  await settle(server.store, "alice");
  await server.write(count);
  return server;
}

const copyOf = (name: string) => cpSync(data, join(folder, name), { recursive: true });
/** Writes the database of a copy over the present one, which keeps its inode; in truth in a folder of its own, since the test holds the former files. */
const restoreDatabase = (name: string) => {
  const former = note();
  data = mkdtempSync(join(folder, "restored-"));
  cpSync(join(folder, name, "chat.sqlite"), file("chat.sqlite"));
  const inode = statSync(file("chat.sqlite")).ino;
  writeFileSync(note(), JSON.stringify({ ...JSON.parse(readFileSync(former, "utf8")), file: inode }));
};

describe("the epoch stays", () => {
  test("over restarts, in good order or killed", async () => {
    const first = await begun(3);
    first.stop();
    const second = start();
    await second.write(2);
    second.kill();
    const third = start();
    third.kill();
    const fourth = start();
    expect([second, third, fourth].map(({ store }) => store.epoch)).toEqual(Array(3).fill(first.store.epoch));
    fourth.stop();
  });

  test("when the server is killed between its two writes at the start", async () => {
    const first = await begun(3);
    first.stop();
    copyOf("before");
    start().kill();
    // The note of the second start beside the database as the first left it.
    restoreDatabase("before");
    const again = start();
    expect(again.store.epoch).toBe(first.store.epoch);
    again.stop();
  });
});

describe("the epoch changes", () => {
  const differs = async (epoch: string) => {
    const after = start();
    expect(after.store.epoch).not.toBe(epoch);
    after.stop();
    const later = start();
    expect(later.store.epoch).toBe(after.store.epoch);
    later.stop();
  };

  test("when an older copy of the database is put back", async () => {
    const first = await begun(3);
    first.stop();
    copyOf("backup");
    for (let restarts = 0; restarts < 2; restarts++) start().stop();
    restoreDatabase("backup");
    await differs(first.store.epoch);
  });

  test("when a copy made since the latest start is put back, and more was written after it", async () => {
    const first = await begun(3);
    first.store.close();
    copyOf("backup");
    const second = start();
    await second.write(1);
    second.stop();
    restoreDatabase("backup");
    await differs(first.store.epoch);
  });

  test("when the server was killed after what the copy lacks had been noted", async () => {
    (await begun(3)).stop();
    const server = start();
    server.store.close();
    copyOf("backup");
    const again = start();
    await again.write(1);
    time.advance(2_000);
    again.kill();
    restoreDatabase("backup");
    await differs(again.store.epoch);
  });

  test("when only people were added since the copy: their ids will be given to others", async () => {
    (await begun(0)).stop();
    copyOf("backup");
    const server = start();
    await settle(server.store, "bob");
    server.stop();
    restoreDatabase("backup");
    await differs(server.store.epoch);
  });

  test("when the whole folder is put back, note included, even with its times", async () => {
    const first = await begun(3);
    first.stop();
    // As if the backup had been made an hour ago, of a server that was then an hour younger.
    const written = JSON.parse(readFileSync(note(), "utf8"));
    const hourAgo = written.writtenAt - 3_600_000;
    writeFileSync(note(), JSON.stringify({ ...written, writtenAt: hourAgo }));
    utimesSync(note(), hourAgo / 1000, hourAgo / 1000);
    await differs(first.store.epoch);
  });

  for (const [what, spoil] of [
    ["is lost", () => rmSync(note())],
    ["is damaged", () => writeFileSync(note(), '{"generations":["')],
    ["is another database's", () => writeFileSync(note(), JSON.stringify({ ...other(), height: 0 }))],
  ] as const) {
    test(`when the note ${what}`, async () => {
      const first = await begun(3);
      first.stop();
      spoil();
      await differs(first.store.epoch);
    });
  }
  const other = () => ({ generations: ["0123456789abcdef0123456789abcdef"], writtenAt: time.now() });
});

test("a note that cannot be written is reported once and tried again; the server goes on", async () => {
  const server = await begun(1);
  mkdirSync(`${note()}.new`);
  time.advance(10_000);
  expect(reports).toHaveLength(1);
  rmSync(`${note()}.new`, { recursive: true });
  time.advance(2_000);
  expect(JSON.parse(readFileSync(note(), "utf8")).height).toBe(2);
  server.stop();
  expect(reports).toHaveLength(1);
});
