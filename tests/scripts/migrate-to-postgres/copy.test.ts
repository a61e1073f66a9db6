import { afterEach, expect, test } from "bun:test";
import { copyFileSync, readFileSync, renameSync } from "node:fs";
import { SQL } from "bun";
import { directId } from "../../../server/protocol/conversation-id.ts";
import { openStorage } from "../../../server/storage.ts";
import { openPostgres } from "../../../server/store/postgres/open.ts";
import { postgresStore } from "../../../server/store/postgres/store.ts";
import { system } from "../../../server/system.ts";
import { dropDatabase, emptyDatabase } from "../../support/postgres.ts";
import { entryOf, fillAccess } from "./access.ts";
import { Folder, rowsOf } from "./ground.ts";

const cleaners: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleaners.splice(0).reverse()) await clean();
});

async function places() {
  const folder = new Folder();
  const url = await emptyDatabase();
  cleaners.push(() => dropDatabase(url));
  return { folder, url };
}

async function copied({ folder, url }: Awaited<ReturnType<typeof places>>): Promise<string> {
  const program = folder.migrate(url);
  expect([await program.ends(), program.printed]).toEqual([0, expect.stringContaining("it is as it was")]);
  return program.printed;
}

async function opened(url: string) {
  const fail = (error: unknown) => {
    throw error;
  };
  const db = await openPostgres({ url, connections: 2 }, fail);
  return { db, store: postgresStore(db, { origin: "test", now: system.now }) };
}

async function epochIn(url: string): Promise<string> {
  const { store } = await opened(url);
  await store.close();
  return store.epoch;
}

const texts = [
  "NULL",
  "null",
  "-",
  '{a,"b"}',
  "back\\slash \\N",
  "two\nlines\tand a tab",
  "👩‍👩‍👧 𝒳 עברית",
  "'; drop",
  "x".repeat(16_384),
];

test("every row of every table is there, with ids, numbers, times, marks, sessions and the epoch; SQLite is as it was", async () => {
  const { folder, url } = await places();
  let epoch = "";
  await folder.fill(async (store, run) => {
    epoch = store.epoch;
    for (const name of ["alice", "Bob", "carol", "dora"]) {
      const session = { id: Buffer.alloc(32, name), device: `A "browser" of ${name}, {1}` };
      await store.users.create(
        { name, passwordHash: `$2b$${name}`, createdAt: 1_790_000_000_000 },
        { session },
      );
    }
    const draft =
      (conversation: "group" | ReturnType<typeof directId>, author: number) => (text: string) => ({
        conversation,
        author,
        clientId: crypto.randomUUID(),
        body: { text },
        createdAt: 1_790_000_000_001,
      });
    await store.messages.append([
      ...texts.map(draft("group", 1)),
      ...texts.map(draft(directId(1, 2), 2)),
      draft(directId(2, 10), 2)("nobody"),
      draft("group", 4)("from someone who left"),
      {
        ...draft(directId(1, 2), 2)("@alice"),
        mentions: { people: [1] },
        meant: [{ user: 1, cause: "name" }],
      },
    ]);
    await store.conversations.markRead([{ userId: 2, conversation: "group", seq: 3 }]);
    await fillAccess(store);
    await store.users.remove(4, true);
    // An edited message has the number of its change; and an account was made whose row is gone.
    run(
      `UPDATE chat_messages SET rev = 12, body = '{"text":"edited"}', sent_mark = 'beef' WHERE conversation_id = 'group' AND seq = 2`,
    );
    run("UPDATE conversations SET head = 12 WHERE id = 'group'");
    run("UPDATE sqlite_sequence SET seq = 9 WHERE name = 'users'");
    run("UPDATE sqlite_sequence SET seq = 19 WHERE name = 'invites'");
  });
  const before = readFileSync(folder.path);
  const printed = await copied({ folder, url });

  expect(readFileSync(folder.path).equals(before)).toBe(true);
  const there = await rowsOf(url);
  expect(there).toEqual(await rowsOf(folder));
  expect(Object.entries(there).filter(([, rows]) => rows.length === 0)).toEqual([]);
  expect(there.chat_messages).toHaveLength(2 * texts.length + 2);
  expect(there.users).toHaveLength(4);
  expect(printed).toMatch(/messages, with all they hold +20 +20 +the same/);

  const { db, store } = await opened(url);
  expect(store.epoch).toBe(epoch);
  const made = await store.users.create({ name: "emil", passwordHash: "", createdAt: 1 });
  expect(made?.id).toBe(10);
  const invite = { createdBy: 1, createdAt: 1, expiresAt: null, maxUses: null, label: "" };
  expect(await store.invites.create(invite, entryOf(1, "invite.made"))).toMatchObject({ id: 20 });
  const [mark] = await db.sql`select count(*)::int as count from meta where key = 'copy'`;
  expect(mark.count).toBe(0);
  await store.close();
});

test("a database in which nothing has happened is copied too, and gives the first account the first id", async () => {
  const { folder, url } = await places();
  await copied({ folder, url });
  const { store } = await opened(url);
  expect((await store.users.create({ name: "alice", passwordHash: "", createdAt: 1 }))?.id).toBe(1);
  await store.close();
});

test("what another has changed in the copy is found by row and by number, and the copy stays unfinished", async () => {
  const { folder, url } = await places();
  await folder.fill(async (store) => {
    await store.users.create({ name: "alice", passwordHash: "hash", createdAt: 1 });
    const one = { conversation: "group" as const, author: 1, createdAt: 1 };
    await store.messages.append(
      ["one", "two", "three"].map((text) => ({ ...one, body: { text }, clientId: crypto.randomUUID() })),
    );
  });
  // Whoever writes the second message writes another one, and one more; and forgets what was read.
  await (await opened(url)).store.close();
  const sql = new SQL({ url, max: 1 });
  cleaners.push(() => sql.close());
  await sql.unsafe(`
    create function tamper() returns trigger language plpgsql as $$ begin
      update chat_messages set body = 'tow' where seq = 2;
      insert into chat_messages values ('group', 4, 4, 1, 'x', 'x', 1);
      update memberships set last_read = 3;
      return null;
    end $$;
    create trigger tamper after insert on chat_messages for each statement when (pg_trigger_depth() = 0)
      execute function tamper()`);
  const program = folder.migrate(url);
  expect(await program.ends()).toBe(1);
  expect(program.printed).toMatch(/accounts +1 +1 +the same/);
  expect(program.printed).toMatch(
    /memberships, with read marks +1 +1 +NOT THE SAME \(1 differ, the first: 1 group\)/,
  );
  expect(program.printed).toMatch(
    /messages, with all they hold +3 +4 +NOT THE SAME \(1 differ, the first: group 2\)/,
  );
  expect(program.printed).toMatch(/numbers of each conversation +1 +1 +NOT THE SAME/);
  expect(program.printed).toContain("no node will start on it");
  const [mark] = await sql`select count(*)::int as count from meta where key = 'copy'`;
  expect(mark.count).toBe(1);
});

test("a server that is started on the old database afterwards begins a new epoch; the copy of a backup that was put back has one too", async () => {
  const { folder, url } = await places();
  const settings = { dataDir: folder.dataDir, postgres: null };
  const epochAtStart = async () => {
    const { store, close } = await openStorage(settings, system, (error) => expect(error).toBeNull());
    await close();
    return store.epoch;
  };
  const epoch = await epochAtStart();
  expect(await epochAtStart()).toBe(epoch);
  await copied({ folder, url });
  expect(await epochIn(url)).toBe(epoch);
  const later = await epochAtStart();
  expect(later).not.toBe(epoch);

  copyFileSync(folder.path, `${folder.path}.backup`);
  renameSync(`${folder.path}.backup`, folder.path);
  const other = await emptyDatabase();
  cleaners.push(() => dropDatabase(other));
  await copied({ folder, url: other });
  expect([epoch, later]).not.toContain(await epochIn(other));
});
