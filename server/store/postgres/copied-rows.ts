import type { SQL } from "bun";
import { sql as query } from "drizzle-orm";
import { drizzle } from "drizzle-orm/bun-sql";
import type { CopiedTable, Row, Value } from "./copied-tables.ts";

/** Stores rows as they are, in one statement. */
export async function insertRows(sql: SQL, table: CopiedTable, rows: readonly Row[]): Promise<void> {
  const name = query.identifier(table.name);
  const columns = list(table.columns.map((column) => column.name));
  // The group is there already: the migrations make it.
  const again =
    table.name === "conversations"
      ? query`on conflict (id) do update set head = excluded.head, last_message_at = excluded.last_message_at`
      : query``;
  await drizzle({ client: sql }).execute(query`
    insert into ${name} (${columns}) overriding system value
    select ${columns} from json_populate_recordset(null::${name}, ${jsonOf(rows)}::text::json) ${again}`);
}

/** Names of columns, one after the other. */
export const list = (names: readonly string[]) =>
  query.join(
    names.map((name) => query.identifier(name)),
    query`, `,
  );

/** Rows as JSON that PostgreSQL reads the columns out of again. */
export const jsonOf = (rows: readonly Row[]): string =>
  JSON.stringify(rows.map((row) => Object.fromEntries(Object.entries(row).map(toJson))));

const toJson = ([name, value]: [string, Value]) => [
  name,
  value instanceof Uint8Array ? `\\x${Buffer.from(value).toString("hex")}` : value,
];
