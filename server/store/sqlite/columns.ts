import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ColumnWords } from "../postgres/columns.ts";

/**
 * The words in which the tables are written, as SQLite has them. Its builders differ from PostgreSQL's in their types, but not
 * in the names of what they are asked for; conformance runs every query on both.
 */
export const sqliteColumns = {
  table: sqliteTable,
  text,
  number: (name?: string) => (name ? integer(name) : integer()),
  bytes: (name?: string) => (name ? blob(name, { mode: "buffer" }) : blob({ mode: "buffer" })),
  id: () => integer().primaryKey({ autoIncrement: true }),
  index,
  uniqueIndex,
  primaryKey,
  conversation: { columns: () => ({}), indexes: () => [] },
} as unknown as ColumnWords;
