import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { openStorage } from "../../../server/storage.ts";
import { openPostgres } from "../../../server/store/postgres/open.ts";
import { postgresStore } from "../../../server/store/postgres/store.ts";
import { lockData } from "../../../server/store/sqlite/lock.ts";
import { system } from "../../../server/system.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { startNode } from "../../support/nodes.ts";
import { dropDatabase, freshDatabase } from "../../support/postgres.ts";
import { entryOf } from "./access.ts";
import { Folder, fillGroup, rowsOf } from "./ground.ts";
import { hold } from "./hold.ts";

let folder: Folder;
let url: string;
beforeEach(async () => {
  folder = new Folder();
  url = await freshDatabase();
});
afterEach(async () => {
  await dropDatabase(url);
});

/** It ends with 1 and nothing but this sentence. */
async function refuses(sentence: string | RegExp, by = folder, to = url) {
  const program = by.migrate(to);
  expect(await program.ends()).toBe(1);
  expect(program.printed.trim()).toMatch(sentence);
  expect(program.printed.trim().split("\n")).toHaveLength(1);
}

const report = (error: unknown) => expect(error).toBeNull();

test("without DATABASE_URL", () => refuses(/^DATABASE_URL is not set\./, folder, ""));

test("a folder that has no database, and makes none there", async () => {
  const dataDir = temporaryFolder();
  const bare = Object.assign(Object.create(Folder.prototype), { dataDir });
  await refuses(/^There is no .*chat\.sqlite\. DATA_DIR has to name/, bare);
  expect(readdirSync(dataDir)).toEqual([]);
});

test("a folder that a server runs on", async () => {
  const unlock = lockData(join(folder.dataDir, "lock"));
  await refuses(/^A server is running on .* Stop it first\.$/);
  unlock?.();
});

test("a folder without its secrets, where there are accounts", async () => {
  await folder.fill((store) => fillGroup(store, 0));
  unlinkSync(join(folder.dataDir, "secrets.json"));
  await refuses(/secrets\.json is missing\. Restore it/);
});

test("a database of another version", async () => {
  await folder.fill(async (_, run) => run("DELETE FROM __drizzle_migrations"));
  await refuses(/is of another version of this program\. Start this version once/);
});

test("a PostgreSQL that does not answer", () =>
  refuses(/^PostgreSQL does not answer at 127\.0\.0\.1:1\./, folder, "postgres://me@127.0.0.1:1/chat"));

test("a PostgreSQL that holds a chat, and leaves it as it is", async () => {
  const db = await openPostgres({ url, connections: 1 }, report);
  const store = postgresStore(db, { origin: "test", now: system.now });
  await store.users.create({ name: "zoe", passwordHash: "hash", createdAt: 1 });
  await store.close();
  const before = await rowsOf(url);
  await folder.fill((store) => fillGroup(store, 10));
  await refuses(/^PostgreSQL holds a chat already, and is left alone\./);
  expect(await rowsOf(url)).toEqual(before);
});

test("a PostgreSQL in which nobody has an account yet, and that has noted who tried to get in", async () => {
  const db = await openPostgres({ url, connections: 1 }, report);
  const store = postgresStore(db, { origin: "test", now: system.now });
  await store.audit.add(entryOf(null, "session.refused"));
  await store.close();
  await refuses(/^PostgreSQL holds a chat already, and is left alone\./);
});

test("a PostgreSQL that has all of this database already, also when nothing was in it", async () => {
  expect(await folder.migrate(url).ends()).toBe(0);
  await refuses(/^This database was copied into PostgreSQL before, all of it\./);
});

test("a PostgreSQL on which a node runs", async () => {
  const node = await startNode({ url });
  await refuses(/^A node is running on this PostgreSQL\. Stop it first/);
  await node.stop();
});

test("a PostgreSQL with a part of another database, or of this one before a server ran on it again", async () => {
  const dataDir = folder.dataDir;
  await (await openStorage({ dataDir, postgres: null }, system, report)).close();
  await folder.fill((store) => fillGroup(store, 8_000));
  const held = await hold(url, "a message in the middle is stored");
  const program = folder.migrate(url);
  await held.reached();
  program.process.kill("SIGKILL");
  await held.release();
  await program.ends();

  const other = new Folder();
  await refuses(/^PostgreSQL holds a part of another copy/, other);
  await (await openStorage({ dataDir, postgres: null }, system, report)).close();
  await refuses(/^PostgreSQL holds a part of another copy/);
});
