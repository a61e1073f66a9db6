import { describe, expect, test } from "bun:test";
import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import * as schema from "../../../../server/store/postgres/schema.ts";
import { node } from "./nodes.ts";

interface Table {
  name: string;
  columns: { name: string; notNull: boolean; getSQLType(): string }[];
  indexes: { config: { name?: string; unique?: boolean; columns: unknown[] } }[];
}

const tables = Object.values<unknown>(schema)
  .filter((each) => is(each, PgTable))
  .map((table) => getTableConfig(table) as unknown as Table);

const indexesOf = ({ indexes }: Table) =>
  indexes.map(({ config }) => ({
    name: config.name,
    unique: config.unique ?? false,
    columns: config.columns.map((column) => (column as { name: string }).name),
  }));

describe("the migrations make what the schema says", () => {
  for (const table of tables) {
    test(`${table.name}: these columns and indexes`, async () => {
      const { db } = await node("a");
      const made = await db.sql`
        select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as "notNull"
        from pg_attribute where attrelid = ${table.name}::regclass and attnum > 0 `;
      // Columns that came later stand last in the table.
      const byName = (a: { name?: string }, b: { name?: string }) => a.name!.localeCompare(b.name!);
      expect([...made].sort(byName)).toEqual(
        table.columns.toSorted(byName).map((column) => ({
          name: column.name,
          type: column.getSQLType(),
          notNull: column.notNull,
        })),
      );
      const indexes = await db.sql`
        select relname as name, indisunique as unique, array(
          select attname::text from unnest(indkey) with ordinality as key (number, place)
          join pg_attribute on attrelid = indrelid and attnum = number order by place
        ) as columns
        from pg_index join pg_class on oid = indexrelid
        where indrelid = ${table.name}::regclass and not indisprimary`;
      expect([...indexes].sort(byName)).toEqual(indexesOf(table).sort(byName));
    });
  }
});
