import { getTableConfig, type PgTable } from "drizzle-orm/pg-core";
import { tables } from "../tables.ts";
import { postgresColumns } from "./columns.ts";

export type Value = string | number | null | Uint8Array;
/** A row under the names of its columns, as SQLite has it. */
export type Row = Record<string, Value>;

/** A table whose rows are copied out of SQLite: both have it under the same names. */
export interface CopiedTable {
  name: string;
  columns: { name: string; isBinary: boolean }[];
  /** The columns of its primary key. */
  key: string[];
  /** Whether the database numbers its rows and never gives a number again. */
  isNumbered: boolean;
}

const { meta: _, ...copied } = tables(postgresColumns);

/** All there is but `meta`, in the order in which rows refer to each other; read off the schema, so that none is left out, nor a column. */
export const copiedTables: readonly CopiedTable[] = Object.values(copied).map(shapeOf);

export const numberedTables = copiedTables.filter(({ isNumbered }) => isNumbered).map(({ name }) => name);

function shapeOf(table: PgTable): CopiedTable {
  const { name, columns, primaryKeys } = getTableConfig(table);
  const key = primaryKeys[0]?.columns ?? columns.filter(({ primary }) => primary);
  return {
    name,
    // Numbers of transactions are for nodes; SQLite has none.
    columns: columns
      .filter((column) => column.getSQLType() !== "xid8")
      .map((column) => ({ name: column.name, isBinary: column.getSQLType() === "bytea" })),
    key: key.map((column) => column.name),
    isNumbered: columns.some(({ generatedIdentity }) => generatedIdentity !== undefined),
  };
}
