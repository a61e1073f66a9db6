import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import type { ConversationId } from "../../../../server/protocol/conversation-id.ts";
import { limits } from "../../../../server/protocol/limits.ts";
import { openDatabase } from "../../../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../../../server/store/sqlite/store.ts";
import type { Store } from "../../../../server/store/store.ts";
import { outcomeOf } from "../../../support/outcome.ts";
import { draft, entryOf, idOf, logOf, settle } from "../conformance/ground.ts";
import { anIdentity, aPasskey, aReport, aTicket } from "../conformance/samples.ts";

let folder: string;
let path: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secure-chat-erasure-"));
  path = join(folder, "chat.sqlite");
  store = sqliteStore(openDatabase(path));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Which of these words stand in the files of the database, as bytes. */
function inFiles(words: string[]): string[] {
  const files = [path, `${path}-wal`].filter((file) => existsSync(file));
  const bytes = files.map((file) => readFileSync(file).toString("latin1")).join("\n");
  return words.filter((word) => bytes.includes(word));
}

/** Texts from a few bytes to the longest there may be, the word in each of them again and again. */
const sizes = [10, 60, 300, 1500, 6000, limits.messageMaxBytes];
const textOf = (word: string, at: number) =>
  `${word} `.repeat(Math.max(1, Math.floor(sizes[at % sizes.length]! / (word.length + 1))));

describe("ASVS 14.2.7 what was deleted", () => {
  /** Bob writes much, between others and in many places, so that SQLite moves rows from page to page. */
  async function chatter(): Promise<string[]> {
    await settle(store, "alice", "bob", "carol", "dave");
    const places: [ConversationId, number[]][] = [
      ["group", [1, 2]],
      ["direct:1:2", [1, 2]],
      ["direct:2:3", [3, 2]],
      ["direct:2:4", [4, 2]],
    ];
    const words: string[] = [];
    for (let at = 0; at < 700; at++) {
      const [id, [other, bob]] = places[(at * 7) % places.length]!;
      const isBobs = at % 3 === 0;
      const word = `${isBobs ? "SECRET" : "public"}-${String(at).padStart(5, "0")}`;
      if (isBobs) words.push(word);
      const text = textOf(word, at * 31 + (at % 11));
      await store.messages.append([draft(text, isBobs ? bob : other, id)]);
    }
    return words;
  }

  test("is in no file any more once it was cleared out, texts short and long, wherever SQLite copied them", async () => {
    const words = await chatter();
    expect(inFiles(words)).toEqual(words);
    const others = (await logOf(store)).filter(({ author }) => author !== 2);
    while ((await store.messages.removeOf(2, 500, 50)).length > 0);
    await store.messages.vacuum();
    expect(inFiles(words)).toEqual([]);
    expect((await logOf(store)).filter(({ author }) => author !== 2)).toEqual(others);
  }, 30_000);

  test("of one message is gone as well, and everything else is there", async () => {
    await settle(store, "alice", "bob");
    await store.messages.append([draft("KEPT"), draft("SHORT-SECRET"), draft(textOf("LONG-SECRET", 5))]);
    expect(inFiles(["SHORT-SECRET", "LONG-SECRET"])).not.toEqual([]);
    for (const seq of [2, 3]) await store.messages.remove("group", seq, 500);
    await store.messages.vacuum();
    expect(inFiles(["KEPT", "SHORT-SECRET", "LONG-SECRET"])).toEqual(["KEPT"]);
  });

  test("of an account is gone as well: name, password, factors, devices, tickets, reports", async () => {
    const entry = entryOf("account.deleted", { detail: {} });
    for (let at = 0; at < 80; at++) {
      const name = `${at % 2 ? "Erased" : "Stays"}-${at}`;
      const id = (await store.users.create({ name, passwordHash: `HASH-${name}`, createdAt: 1 }))!.id;
      const session = { id: idOf(name), userId: id, device: `DEVICE-${name}`, address: `ADDRESS-${name}` };
      await store.sessions.create({ ...session, createdAt: 1 });
      await store.sessions.setLabel(id, idOf(name), `LABEL-${name}`);
      await store.factors.setTotp(id, { secret: `TOTP-${name}`, step: 1, createdAt: 1 }, [], entry);
      await store.factors.addPasskey(
        aPasskey({ id: `KEY-${name}`, userId: id, name: `PHONE-${name}` }),
        [],
        entry,
      );
      await store.factors.addIdentity(anIdentity({ subject: `SUBJECT-${name}`, userId: id }), entry);
      await store.tickets.put(aTicket({ id: idOf(`t ${name}`), userId: id, data: `TICKET-${name}` }));
      if (at === 0) await store.messages.append([draft("rude", id)]);
      await store.reports.add({ ...aReport(), reporterId: id, reason: `REASON-${name}` }, entry);
      await store.users.setStatus(id, "active", `WHY-${name}`, entry);
    }
    const marks = "HASH DEVICE ADDRESS LABEL TOTP KEY PHONE SUBJECT TICKET REASON WHY".split(" ");
    const wordsOf = (at: number) => marks.map((mark) => `${mark}-${at % 2 ? "Erased" : "Stays"}-${at}`);
    const erased = Array.from({ length: 40 }, (_, at) => wordsOf(2 * at + 1)).flat();
    expect(inFiles(erased)).toEqual(erased);
    expect(inFiles(["erased"])).toEqual(["erased"]);
    for (let id = 2; id <= 80; id += 2) await store.users.remove(id);
    await store.messages.vacuum();
    expect(inFiles([...erased, "Erased", "erased"])).toEqual([]);
    expect(inFiles(wordsOf(78))).toEqual(wordsOf(78));
  }, 30_000);
});

describe("while the file is written anew", () => {
  test("everything can be read, who would write is told that the database is busy, and nothing blocks", async () => {
    await settle(store, "alice");
    for (let at = 0; at < 200; at++)
      await store.messages.append(Array.from({ length: 20 }, () => draft("x".repeat(1000))));
    let isDone = false;
    const scrubbing = store.messages.vacuum().finally(() => {
      isDone = true;
    });
    let [reads, refused] = [0, 0];
    while (!isDone) {
      expect((await store.messages.before("group", null, 1)).messages).toHaveLength(1);
      reads++;
      try {
        await store.users.signedIn(1, 9);
      } catch (error) {
        expect(error).toMatchObject({ code: "busy" });
        refused++;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await scrubbing;
    // In the thread of the program it would be over before the first of them.
    expect(reads).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(20);
    expect(await store.messages.append([draft("after")])).toMatchObject([{ message: { seq: 4001 } }]);
  }, 30_000);

  test("ASVS 14.2.7 what is deleted since it began is cleared out with the next", async () => {
    await settle(store, "alice");
    await store.messages.append([draft("one"), draft("two")]);
    await store.messages.remove("group", 1, 500);
    const scrubbing = store.messages.vacuum();
    await store.messages.remove("group", 2, 500);
    await scrubbing;
    expect(await store.messages.isVacuumPending()).toBe(true);
    await store.messages.vacuum();
    expect(await store.messages.isVacuumPending()).toBe(false);
  });

  test("a database in use since before deletions were noted is cleared out once", async () => {
    await settle(store, "alice");
    expect(await store.messages.isVacuumPending()).toBe(false);
    await store.close();
    const db = openDatabase(path);
    db.run(sql`delete from meta where key = 'traces'`);
    store = sqliteStore(db);
    expect(await store.messages.isVacuumPending()).toBe(true);
    await store.messages.vacuum();
    expect(await store.messages.isVacuumPending()).toBe(false);
  });

  test("a file that somebody reads from outside cannot be cleared: busy; once they are done it can", async () => {
    await settle(store, "alice");
    await store.messages.append([draft("SECRET")]);
    const reader = new Database(path);
    reader.run("begin");
    reader.query("select * from chat_messages").all();
    await store.messages.remove("group", 1, 500);
    expect(await outcomeOf(store.messages.vacuum())).toThrow(expect.objectContaining({ code: "busy" }));
    reader.run("commit");
    reader.close();
    await store.messages.vacuum();
    expect(inFiles(["SECRET"])).toEqual([]);
  });
});
