import { getTableConfig, type PgTable } from "drizzle-orm/pg-core";
import {
  alerts,
  audit,
  conversations,
  identities,
  invites,
  memberships,
  messages,
  passkeys,
  recoveryCodes,
  reports,
  sessions,
  settings,
  tickets,
  totp,
  users,
} from "./schema.ts";

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

/** All there is but `meta`, in the order in which rows refer to each other; read off the schema, so that no column is left out. */
export const copiedTables: readonly CopiedTable[] = [
  users,
  sessions,
  conversations,
  memberships,
  messages,
  settings,
  totp,
  recoveryCodes,
  passkeys,
  identities,
  tickets,
  invites,
  reports,
  alerts,
  audit,
].map(shapeOf);

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
