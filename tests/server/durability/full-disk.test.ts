import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureCertificate } from "../../../server/certificates/ensure.ts";
import { loadSecrets } from "../../../server/config/secrets.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { Follower } from "../../support/follower.ts";
import { Person, password } from "../../support/person.ts";
import { setUpBeforehand } from "../../support/server-settings.ts";
import { fillUp } from "./attempt.ts";
import { canMount, ProgramOnDisk } from "./small-disk.ts";

async function throughAFullDisk() {
  const disk = new ProgramOnDisk(4);
  const { program } = disk;
  try {
    const [, origin] = await program.says(/(https:\/\/localhost:\d+)[\s\S]*Ctrl-C/);
    const server = { origin: origin! };
    const alice = await new Person(server, "alice").setUp(program.printed);
    const bob = await new Person(server, "bob").register();
    const health = async () => {
      const answer = await bob.fetch("GET", "/api/health");
      return [answer.status, await answer.json()];
    };
    const [a, b] = [await alice.enter(), await bob.enter()];
    const follower = await new Follower().follow(b);
    await a.say("before");

    let head = 1;
    for (let times = 0; times < 3; times++) {
      disk.fillUpTo(0);
      const { stored, refused } = await fillUp(a);
      expect(refused.map(({ error }) => error?.code)).toEqual(Array(5).fill("storage_full"));
      expect(await health()).toEqual([503, { ok: false, reason: "storage_full" }]);
      const carol = await new Person(server, "carol").fetch("POST", "/api/account", {
        name: "carol",
        password,
      });
      expect(carol.status).toBe(507);
      const page = await (await bob.enter()).ask("history.read", { conversation: "group" }, "history.page");
      head += stored.length;
      expect(page.head).toBe(head);

      disk.makeRoom();
      for (const { clientId, text } of refused) await a.say(text, "group", clientId);
      head += refused.length;
      await follower.reaches(head);
    }
    while ((await health())[0] !== 200);
    expect(follower.log.map(({ seq }) => seq)).toEqual(Array.from({ length: head }, (_, at) => at + 1));
    const again = await new Follower().follow(await bob.enter());
    expect(again.log).toEqual(follower.log);

    disk.fillUpTo(0);
    expect(await program.stop()).toBe(0);
    expect(program.printed).not.toContain('"event":"bug"');
  } finally {
    await disk.end();
  }
}

async function deletingOnATightDisk() {
  const disk = new ProgramOnDisk(32);
  const { program } = disk;
  try {
    const [, origin] = await program.says(/(https:\/\/localhost:\d+)[\s\S]*Ctrl-C/);
    const server = { origin: origin! };
    const alice = await new Person(server, "alice").setUp(program.printed);
    const [bob, carol] = [
      await new Person(server, "bob").register(),
      await new Person(server, "carol").register(),
    ];
    const [a, b] = [await alice.enter(), await bob.enter()];
    // Short and long by turns, so that SQLite moves rows from page to page and leaves copies of some behind.
    const sizes = [10, 60, 300, 1500, 6000, 16_000];
    for (let at = 0; at < 1400; at++)
      await (at % 3 ? a : b).say(
        `${at % 3 ? "PUBLIC" : "SECRET"} `.repeat(sizes[(at * 31) % 6]! / 7),
        "group",
      );
    const storage = async () => alice.get("/api/storage");
    const secretIn = () =>
      ["chat.sqlite", "chat.sqlite-wal"]
        .map((name) => disk.path(name))
        .filter((path) => existsSync(path) && readFileSync(path).includes("SECRET"));
    expect(await storage()).toEqual({ isFull: false, clearing: null });

    disk.fillUpTo(6_000_000);
    expect((await bob.fetch("DELETE", "/api/account", { messages: "remove" })).status).toBe(204);
    await program.says(/"event":"clearing_waits".*MB of free room in .*, where \d+(\.\d)? MB are/);
    const { isFull, clearing } = await storage();
    expect(isFull).toBe(false);
    expect(clearing.needed).toBeGreaterThan(clearing.free);
    // Nothing of the room that there was is taken: people go on writing.
    expect(disk.free).toBeGreaterThan(4_000_000);
    for (let at = 0; at < 20; at++) await a.say("x".repeat(16_000));
    expect(program.printed).not.toContain("storage_full");

    disk.makeRoom();
    // Whatever is deleted next sees to what waits; so does the server by itself, every five minutes.
    expect((await carol.fetch("DELETE", "/api/account", { messages: "keep" })).status).toBe(204);
    await program.says(/"event":"clearing_done"/);
    expect(secretIn()).toEqual([]);
    expect(await storage()).toEqual({ isFull: false, clearing: null });
    expect(program.printed).not.toContain('"event":"bug"');
  } finally {
    await disk.end();
  }
}

/** Starts where the disk is full already; `before` puts something there first. */
async function startsOnAFullDisk(env: Record<string, string> = {}, before = ":") {
  const fill = (name: string, size: string) =>
    `(dd if=/dev/zero of="$0/${name}" bs=${size} 2>/dev/null || true)`;
  const disk = new ProgramOnDisk(4, env, `${before} && ${fill("one", "64k")} && ${fill("two", "1k")}`);
  try {
    expect(await disk.program.ends()).toBe(1);
    const { printed } = disk.program;
    expect(printed).toContain(
      `The disk is full: in ${disk.folder} 0 MB are free, and it takes about 16 MB. Make room there, and try again.`,
    );
    expect(printed).not.toMatch(/ENOSPC|SQLITE|database or disk|\bat .*\.ts/);
  } finally {
    await disk.end();
  }
}

/** Also where only the database is left to be written, with all else there from a start before. */
async function startingOnAFullDisk() {
  await startsOnAFullDisk();
  const former = temporaryFolder();
  const found = { dataDir: former, tls: null, hostname: "localhost", interfaces: {}, now: Date.now() };
  await ensureCertificate(found);
  loadSecrets(join(former, "secrets.json"), false);
  const [cert, key] = ["cert.pem", "key.pem"].map((name) => join(former, "certs", name));
  const own = { TLS_CERT: cert!, TLS_KEY: key! };
  await startsOnAFullDisk(own, `cp ${former}/secrets.json "$0"`);
  await setUpBeforehand({ DATA_DIR: former });
  await startsOnAFullDisk(own, `cp ${former}/*.* "$0"`);
}

if (canMount) {
  test(
    "a disk that really is full refuses clearly, three times over, says so in its health, and loses nothing",
    throughAFullDisk,
    60_000,
  );
  test(
    "ASVS 14.2.7 on a tight disk deleted text is cleared out once there is room: until then nothing is taken, and it is said",
    deletingOnATightDisk,
    60_000,
  );
  test("a start on a full disk says in a sentence what to do, and where", startingOnAFullDisk, 30_000);
} else {
  // What SQLite itself says of a full database is tested everywhere, in full-database.test.ts.
  console.warn("Not tested here, for want of the right to mount a disk: a disk that really is full");
}
