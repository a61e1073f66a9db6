import { describe, expect, test } from "bun:test";
import { is } from "drizzle-orm";
import { getTableConfig as inPostgres, PgTable } from "drizzle-orm/pg-core";
import { getTableConfig as inSqlite, SQLiteTable } from "drizzle-orm/sqlite-core";
import * as postgresMain from "../../../../server/store/postgres/schema.ts";
import * as postgresAccess from "../../../../server/store/postgres/schema.ts";
import * as postgresNodes from "../../../../server/store/postgres/schema.ts";
import * as sqliteMain from "../../../../server/store/sqlite/schema.ts";
import * as sqliteAccess from "../../../../server/store/sqlite/schema-access.ts";
import { node } from "./nodes.ts";

/** What only several nodes need. */
const extraTables = ["nodes", "notices", "seats"];
const extraColumns: Record<string, string[]> = { conversations: ["changed"] };

/** What the types of SQLite are called in PostgreSQL. */
const kinds: Record<string, string> = { integer: "bigint", text: "text", blob: "bytea" };

interface Table {
  name: string;
  columns: { name: string; notNull: boolean; primary: boolean; hasDefault: boolean; getSQLType(): string }[];
  primaryKeys: { columns: { name: string }[] }[];
  indexes: { config: { name?: string; unique?: boolean; columns: unknown[] } }[];
  foreignKeys: {
    reference(): { columns: { name: string }[]; foreignColumns: { name: string }[]; foreignTable: object };
  }[];
}

const pgTables = Object.values<unknown>({ ...postgresMain, ...postgresAccess, ...postgresNodes }).filter(
  (each) => is(each, PgTable),
);
const sqliteTables = Object.values<unknown>({ ...sqliteMain, ...sqliteAccess }).filter((each) =>
  is(each, SQLiteTable),
);
const theirs = pgTables.map((table) => inPostgres(table) as unknown as Table);
const ours = sqliteTables.map((table) => inSqlite(table) as unknown as Table);

const indexesOf = ({ indexes }: Table) =>
  indexes.map(({ config }) => ({
    name: config.name,
    unique: config.unique ?? false,
    columns: config.columns.map((column) => (column as { name: string }).name),
  }));
const primaryOf = ({ columns, primaryKeys }: Table) =>
  primaryKeys[0]?.columns.map(({ name }) => name) ??
  columns.filter(({ primary }) => primary).map(({ name }) => name);
const keysOf = ({ foreignKeys }: Table, nameOf: (table: never) => string) =>
  foreignKeys.map((key) => {
    const { columns, foreignColumns, foreignTable } = key.reference();
    const names = [columns, foreignColumns].map((each) => each.map(({ name }) => name));
    return [...names, nameOf(foreignTable as never)];
  });

describe("the two schemas are in step", () => {
  test("they have the same tables", () => {
    const names = theirs.map(({ name }) => name).filter((name) => !extraTables.includes(name));
    expect(names.sort()).toEqual(ours.map(({ name }) => name).sort());
    expect(theirs.map(({ name }) => name)).toEqual(expect.arrayContaining(extraTables));
  });

  for (const table of ours) {
    test(`${table.name}: the same columns and keys`, () => {
      const other = theirs.find(({ name }) => name === table.name)!;
      const extra = extraColumns[table.name] ?? [];
      expect(other.columns.map(({ name }) => name)).toEqual(expect.arrayContaining(extra));
      const shown = ({ name, notNull, hasDefault }: Table["columns"][number], type: string) => ({
        name,
        notNull,
        type,
        // The number of a row is given by SQLite itself, and by a default elsewhere.
        hasDefault: hasDefault && name !== "id",
      });
      const columns = other.columns.filter(({ name }) => !extra.includes(name));
      expect(columns.map((column) => shown(column, column.getSQLType()))).toEqual(
        table.columns.map((column) => shown(column, kinds[column.getSQLType()]!)),
      );
      expect(primaryOf(other)).toEqual(primaryOf(table));
      expect(indexesOf(other).filter(({ columns }) => !extra.includes(columns[0]!))).toEqual(
        indexesOf(table),
      );
      expect(keysOf(other, (to) => inPostgres(to).name)).toEqual(keysOf(table, (to) => inSqlite(to).name));
    });
  }
});

describe("the migrations make what the schema says", () => {
  for (const table of theirs) {
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
