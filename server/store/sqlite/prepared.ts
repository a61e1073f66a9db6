import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Db } from "./open.ts";

/**
 * The statement of a query on bun:sqlite itself, for what runs all the time: a third of the cost, and rows can be read
 * one by one. It takes values in the order of the SQL and gives rows under the names of the columns.
 */
export const prepared = <Row, Values extends (string | number | Uint8Array | null)[]>(
  db: Db,
  query: { toSQL(): { sql: string } },
) => db.$client.prepare<Row, Values>(query.toSQL().sql);

/** All columns of a table under the names that the code has for them, for a query that is prepared. */
export const namedColumns = <T extends PgTable>(
  table: T,
): { [Name in keyof T["_"]["columns"]]: SQL.Aliased } =>
  Object.fromEntries(
    Object.entries(getTableColumns(table)).map(([name, column]) => [name, sql`${column}`.as(name)]),
  ) as never;
