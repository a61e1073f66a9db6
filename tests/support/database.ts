import { sql } from "drizzle-orm";
import { type Db, openDatabase } from "../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../server/store/sqlite/store.ts";

/** A fresh database whose rows a test may look at, and the store on it. */
export function database(path = ":memory:") {
  const db = openDatabase(path);
  return { db, store: sqliteStore(db) };
}

/**
 * Every row of every table, to compare before and after what should change nothing; but for the note of traces, which the
 * server clears beside all that.
 */
export function contentsOf(db: Db): Record<string, unknown[]> {
  const tables = db.all<{ name: string }>(
    sql`select name from sqlite_master where type = 'table' order by 1`,
  );
  return Object.fromEntries(
    tables.map(({ name }) => {
      const rows = db.all<{ key?: string }>(sql`select * from ${sql.identifier(name)}`);
      return [name, rows.filter(({ key }) => key !== "traces")];
    }),
  );
}
