import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { type Db, openDatabase } from "../../../../server/store/sqlite/open.ts";
import * as schema from "../../../../server/store/sqlite/schema.ts";
import { sqliteStore } from "../../../../server/store/sqlite/store.ts";
import { outcomeOf } from "../../../support/outcome.ts";
import { Program } from "../../../support/program.ts";
import { draft, logOf, settle } from "../conformance/ground.ts";

const all = <Row>(db: Db, statement: string, ...values: string[]): Row[] =>
  db.$client.query<Row, string[]>(statement).all(...values);
const pragma = (db: Db, name: string) =>
  Object.values(all<Record<string, unknown>>(db, `pragma ${name}`)[0] ?? {})[0];

async function withFolder<T>(run: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "secure-chat-db-"));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("a database file", () => {
  test("syncs its log at every commit and checks what refers to what", () =>
    withFolder((folder) => {
      const db = openDatabase(join(folder, "chat.sqlite"));
      expect(pragma(db, "journal_mode")).toBe("wal");
      expect(pragma(db, "synchronous")).toBe(2);
      expect(pragma(db, "foreign_keys")).toBe(1);
      expect(pragma(db, "trusted_schema")).toBe(0);
      expect(pragma(db, "secure_delete")).toBe(1);
      db.close();
    }));

  test("that somebody else is just closing is waited for", () =>
    withFolder(async (folder) => {
      const path = join(folder, "chat.sqlite");
      // The last who closes the file locks it, to move the log into it.
      const closing = `
        const db = new (await import("bun:sqlite")).Database(${JSON.stringify(path)});
        db.run("PRAGMA locking_mode = EXCLUSIVE");
        db.run("PRAGMA journal_mode = WAL");
        db.run("PRAGMA user_version = 1");
        console.log("It is locked.");
        Bun.sleepSync(200);
        db.close();`;
      const other = new Program([process.execPath, "-e", closing]);
      await other.says(/It is locked/);
      openDatabase(path).close();
      expect(await other.ends()).toBe(0);
    }));

  test("ASVS 13.3.2 can be read by its owner alone, log files and folder included", () =>
    withFolder(async (folder) => {
      const path = join(folder, "made", "chat.sqlite");
      const store = sqliteStore(openDatabase(path));
      await settle(store, "alice");
      await store.messages.append([draft("hello")]);
      const files = readdirSync(join(folder, "made")).sort();
      expect(files).toEqual(["chat.sqlite", "chat.sqlite-shm", "chat.sqlite-wal"]);
      for (const file of files) expect(statSync(join(folder, "made", file)).mode & 0o777).toBe(0o600);
      expect(statSync(join(folder, "made")).mode & 0o777).toBe(0o700);
      store.close();
    }));

  test("that others could read is made private when it is opened", () =>
    withFolder((folder) => {
      const path = join(folder, "chat.sqlite");
      writeFileSync(path, "");
      chmodSync(path, 0o644);
      openDatabase(path).close();
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }));

  test("holds after a restart what was stored before, under the same epoch", () =>
    withFolder(async (folder) => {
      const path = join(folder, "chat.sqlite");
      const first = sqliteStore(openDatabase(path));
      await settle(first, "alice");
      await first.messages.append([draft("one"), draft("two")]);
      const before = await logOf(first);
      first.close();
      const second = sqliteStore(openDatabase(path));
      expect(await logOf(second)).toEqual(before);
      expect(second.epoch).toBe(first.epoch);
      expect((await second.messages.append([draft("three")]))[0]).toMatchObject({ message: { seq: 3 } });
      second.close();
    }));

  test("is after a stop in good order all there is to copy", () =>
    withFolder(async (folder) => {
      const store = sqliteStore(openDatabase(join(folder, "chat.sqlite")));
      await settle(store, "alice");
      await store.messages.append([draft("hello")]);
      store.close();
      cpSync(join(folder, "chat.sqlite"), join(folder, "copy.sqlite"));
      expect(await logOf(sqliteStore(openDatabase(join(folder, "copy.sqlite"))))).toHaveLength(1);
    }));

  test("that another program is writing to is busy for a moment, and blocks nothing for longer", () =>
    withFolder(async (folder) => {
      const path = join(folder, "chat.sqlite");
      const store = sqliteStore(openDatabase(path));
      await settle(store, "alice");
      const other = new Database(path);
      other.run("begin immediate");
      const began = performance.now();
      expect(await outcomeOf(store.messages.append([draft("hello")]))).toThrow(
        expect.objectContaining({ code: "busy", retryAfter: 1000 }),
      );
      expect(performance.now() - began).toBeLessThan(2000);
      expect(await logOf(store)).toEqual([]);
      other.run("rollback");
      other.close();
      expect(await store.messages.append([draft("hello")])).toMatchObject([{ kind: "stored" }]);
      store.close();
    }));

  test("each has an epoch of its own", () => {
    const [a, b] = [sqliteStore(openDatabase(":memory:")), sqliteStore(openDatabase(":memory:"))];
    expect(a.epoch).toMatch(/^[0-9a-f]{32}$/);
    expect(a.epoch).not.toBe(b.epoch);
  });
});

describe("the migrations make what the schema says", () => {
  const db = openDatabase(":memory:");
  const tables = (Object.values(schema) as unknown[]).filter((each) => is(each, SQLiteTable));

  for (const table of tables) {
    const { name, columns, indexes, primaryKeys, foreignKeys } = getTableConfig(table);

    test(`${name}: strict, with these columns and keys`, () => {
      const [listed] = all(db, "select strict, wr from pragma_table_list where name = ?", name);
      // These need a row id, for AUTOINCREMENT: an id is never given again.
      const counts = ["users", "invites", "reports", "audit", "alerts"].includes(name);
      expect([name, listed]).toEqual([name, { strict: 1, wr: counts ? 0 : 1 }]);

      const inFile = all<unknown>(
        db,
        'select name, lower(type) as type, "notnull", pk from pragma_table_info(?) order by name',
        name,
      );
      const keys = primaryKeys[0]?.columns.map((column) => column.name) ?? [];
      const inOrder = columns.toSorted((one, other) => (one.name < other.name ? -1 : 1));
      expect(inFile).toEqual(
        inOrder.map((column) => ({
          name: column.name,
          type: column.getSQLType(),
          notnull: Number(column.notNull),
          pk: column.primary ? 1 : keys.indexOf(column.name) + 1,
        })),
      );
      expect(all(db, "select 1 from pragma_foreign_key_list(?)", name)).toHaveLength(foreignKeys.length);
    });

    test(`${name}: these indexes`, () => {
      const columnsOf = (index: string) =>
        all<{ name: string }>(db, "select name from pragma_index_info(?) order by seqno", index).map(
          (column) => column.name,
        );
      const inFile = all<{ name: string; unique: number }>(
        db,
        `select name, "unique" from pragma_index_list(?) where origin = 'c'`,
        name,
      ).map((index) => ({ ...index, columns: columnsOf(index.name) }));
      const wanted = indexes.map(({ config }) => ({
        name: config.name,
        unique: Number(config.unique),
        columns: config.columns.map((column) => (column as { name: string }).name),
      }));
      const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
      expect(inFile.sort(byName)).toEqual(wanted.sort(byName));
    });
  }

  test("and nothing else", () => {
    const inFile = all<{ name: string }>(
      db,
      "select name from sqlite_master where type = 'table' and name not glob 'sqlite_*' and name not glob '__*'",
    );
    expect(inFile.map(({ name }) => name).sort()).toEqual(
      tables.map((table) => getTableConfig(table).name).sort(),
    );
  });
});
