import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { migrate } from "drizzle-orm/bun-sqlite/migrator";
import * as v from "valibot";
import { settings } from "../../../../server/protocol/settings.ts";
import { skeletonOf } from "../../../../server/protocol/text.ts";
import { type Db, openDatabase } from "../../../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../../../server/store/sqlite/store.ts";
import type { Store } from "../../../../server/store/store.ts";
import { draft, idOf, logOf } from "../conformance/ground.ts";
import { expectMessages, fillMessages } from "../former-messages.ts";

const migrations = join(import.meta.dir, "../../../../drizzle/sqlite");

let folder: string;
let opened: Store | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secure-chat-doors-"));
});
afterEach(async () => {
  await opened?.close();
  opened = null;
  rmSync(folder, { recursive: true });
});

/** A database as the first migrations alone made it, with what the function puts in. */
function former(fill: (client: Database) => void, many = 1): void {
  const first = join(folder, "first");
  cpSync(migrations, first, { recursive: true });
  const journal = join(first, "meta/_journal.json");
  const { entries, ...rest } = JSON.parse(readFileSync(journal, "utf8"));
  writeFileSync(journal, JSON.stringify({ ...rest, entries: entries.slice(0, many) }));
  const client = new Database(join(folder, "chat.sqlite"), { create: true });
  migrate(drizzle({ client }), { migrationsFolder: first });
  fill(client);
  client.close();
}

function open(): { db: Db; store: Store } {
  const db = openDatabase(join(folder, "chat.sqlite"));
  opened = sqliteStore(db);
  return { db, store: opened };
}

const addUser = (client: Database, id: number, name: string | null) =>
  client.run("insert into users (id, name, name_key, password_hash, created_at) values (?, ?, ?, ?, 5)", [
    id,
    name,
    name?.toLowerCase() ?? null,
    name && "1:hash",
  ]);
const likenesses = (db: Db) =>
  db.$client.query("select id, likeness from users order by id").values() as [number, string | null][];

describe("a database from before passkeys came with recovery codes", () => {
  test("knows who has codes for their app, also where all are used up, and asks nobody else for any", async () => {
    former((client) => {
      for (const [id, name] of [
        [1, "app-and-passkey"],
        [2, "passkey"],
        [3, "password"],
      ] as const)
        addUser(client, id, name);
      client.run("insert into totp (user_id, secret, last_step, created_at) values (1, 'sealed', 1, 5)");
      for (const id of [1, 2])
        client.run(
          "insert into passkeys (id, user_id, rp_id, public_key, counter, transports, name, created_at) values (?, ?, 'chat.local', x'00', 0, '[]', 'Key', 5)",
          [`key-${id}`, id],
        );
    }, 5);
    const { users, factors } = open().store;
    const has = await Promise.all([1, 2, 3].map(async (id) => (await users.byId(id))?.hasRecovery));
    expect(has).toEqual([true, false, false]);
    expect((await factors.passkeys(2)).map(({ id }) => id)).toEqual(["key-2"]);
  });
});

describe("a database from before the doors", () => {
  test("keeps its people; of two who look alike the earlier has the likeness, and nobody else gets it", async () => {
    former((client) => {
      for (const [id, name] of [
        [1, null],
        [2, "Illia"],
        [3, "carol"],
        [4, "lllia"],
      ] as const)
        addUser(client, id, name);
    });
    const { db, store } = open();
    expect(likenesses(db)).toEqual([
      [1, null],
      [2, "lllla"],
      [3, "carol"],
      [4, null],
    ]);
    expect((await store.users.byName("LLLIA"))?.id).toBe(4);
    const create = (name: string) => store.users.create({ name, passwordHash: null, createdAt: 9 });
    expect([await create("1llia"), await create("caro1")]).toEqual([null, null]);
  });

  test("has the likeness that new names are given, for every sign a name may have", () => {
    const names = [
      ...[..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((sign) => `upper${sign}y`),
      ...[..."abcdefghijklmnopqrstuvwxyz0123456789._-"].map((sign) => `x${sign}y`),
      ...[
        "Rn-modern",
        "rrnn.vvv_VV",
        "vvvv",
        "RNvVrN",
        "0O1lI",
        "rvvn",
        "Ivan_1.0",
        "Wend",
        "vvend",
        "mend",
        "rnend",
        "vvorm",
        "Worm",
        "rnint",
        "Mint",
        "alice",
        "al1ce",
        "a.lice",
        "...",
        "-_-",
      ],
    ];
    former((client) => {
      for (const [at, name] of names.entries()) addUser(client, at + 1, name);
    });
    const taken = new Set<string>();
    const expected = names.map((name, at): [number, string | null] => {
      const skeleton = skeletonOf(name);
      const isFirst = !taken.has(skeleton);
      taken.add(skeleton);
      return [at + 1, isFirst ? skeleton : null];
    });
    expect(likenesses(open().db)).toEqual(expected);
  });

  test("has the first account as its owner, everyone else as a member, and a house as open as it was", async () => {
    former((client) => {
      for (const [id, name] of [
        [1, null],
        [2, "bob"],
        [3, "carol"],
      ] as const)
        addUser(client, id, name);
    });
    const { store } = open();
    expect(await store.users.directory()).toEqual([
      { id: 1, name: null },
      { id: 2, name: "bob", role: "owner" },
      { id: 3, name: "carol" },
    ]);
    const written = await store.settings.read();
    expect(v.parse(settings, written)).toEqual({
      name: "Secure Chat",
      welcome: "",
      registration: "open",
      secondFactor: "nobody",
      messageBurst: 30,
      messagesPerMinute: 120,
      messageBytes: 16384,
    });
  });

  test("in which nobody has an account is still to be set up", async () => {
    former((client) => addUser(client, 1, null));
    expect(await open().store.settings.read()).toBeNull();
  });

  test("keeps sessions, in which nothing was proven lately, and messages, which are not deleted", async () => {
    former((client) => {
      addUser(client, 1, "alice");
      client.run("insert into memberships (user_id, conversation_id) values (1, 'group')");
      client.run("insert into sessions values (?, 1, 'Firefox', 10, 20)", [idOf("token")]);
      client.run("insert into messages values ('group', 1, 1, 1, 'c-1', 'hello', 15)");
      client.run("update conversations set head = 1, last_message_at = 15 where id = 'group'");
    });
    const { store } = open();
    expect(await store.sessions.find(idOf("token"))).toMatchObject({
      userId: 1,
      role: "owner",
      factors: 1,
      provenAt: 0,
      keyHash: null,
      createdAt: 10,
      seenAt: 20,
    });
    expect(await store.sessions.of(1)).toMatchObject([{ device: "Firefox", label: null, address: "" }]);
    await store.messages.append([draft("next", 1)]);
    const [first, next] = await logOf(store);
    expect(first).toEqual({
      conversation: "group",
      seq: 1,
      rev: 1,
      author: 1,
      clientId: "c-1",
      body: { text: "hello" },
      createdAt: 15,
    });
    expect(next).toMatchObject({ seq: 2 });
  });
});

describe("a database from before bodies were JSON", () => {
  test("keeps a hundred thousand messages, to the last sign", async () => {
    former((client) => {
      for (const id of [1, 2, 3]) {
        addUser(client, id, `person-${id}`);
        client.run("insert into memberships (user_id, conversation_id) values (?, 'group')", [id]);
      }
      for (const statement of fillMessages) client.run(statement);
    }, 7);
    const { db, store } = open();
    const rows = db.$client.query("select body from chat_messages order by conversation_id, seq").values();
    await expectMessages(store, rows.flat() as (string | null)[]);
    expect(db.$client.query("pragma integrity_check").values()).toEqual([["ok"]]);
    expect(db.$client.query("pragma foreign_key_check").values()).toEqual([]);
  });
});
