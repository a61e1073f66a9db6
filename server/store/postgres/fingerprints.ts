import type { SQL } from "bun";
import { type SQL as Query, sql as query } from "drizzle-orm";
import { drizzle } from "drizzle-orm/bun-sql";
import { jsonOf } from "./copied-rows.ts";
import { type CopiedTable, copiedTables, type Row } from "./copied-tables.ts";

/** What the messages of a conversation add up to. */
export type Sums = { conversation_id: string; count: number; seqs: number; revs: number };

/** How many rows each table has, and how many conversations have messages. */
export type Counts = Record<string, number> & { chat_messages: number; users: number; sums: number };

/**
 * The fingerprints of the rows that have the keys of those given, in their order; null where there is none. One is the
 * SHA-256, in hexadecimal, of the row's columns in their order: each the length in bytes, ":" and the text, bytes in
 * hexadecimal; "-" for null.
 */
export async function fingerprints(
  sql: SQL,
  { name, columns, key }: CopiedTable,
  rows: readonly Row[],
): Promise<(string | null)[]> {
  const keys = rows.map((row) => Object.fromEntries(key.map((column) => [column, row[column]!])));
  const here = query.join(
    key.map((column) => query`here.${query.identifier(column)} = wanted.${query.identifier(column)}`),
    query` and `,
  );
  const texts = columns.map(({ name, isBinary }) => {
    const column = query`here.${query.identifier(name)}`;
    return isBinary ? query`encode(${column}, 'hex')` : query`${column}::text`;
  });
  const table = query.identifier(name);
  const found = await drizzle({ client: sql }).execute<{ print: string | null }>(query`
    select print from json_populate_recordset(null::${table}, ${jsonOf(keys)}::text::json) with ordinality as wanted
    left join lateral (select ${printOf(texts)} as print from ${table} as here where ${here} offset 0) as found on true
    order by wanted.ordinality`);
  return found.map(({ print }) => print);
}

/** The same of what the messages of conversations add up to. */
export async function printsOfSums(sql: SQL, rows: readonly Sums[]): Promise<(string | null)[]> {
  const texts = [query`id`, query`count(*)::text`, query`sum(seq)::text`, query`sum(rev)::text`];
  const ids = JSON.stringify(rows.map((row) => row.conversation_id));
  const found = await drizzle({ client: sql }).execute<{ print: string | null }>(query`
    select print from json_array_elements_text(${ids}::text::json) with ordinality as wanted (id, place)
    left join lateral (select ${printOf(texts)} as print from chat_messages where conversation_id = id) as found on true
    order by place`);
  return found.map(({ print }) => print);
}

function printOf(texts: Query[]): Query {
  const parts = texts.map((text) => query`coalesce(octet_length(${text}) || ':' || ${text}, '-')`);
  return query`encode(sha256(convert_to(${query.join(parts, query` || `)}, 'UTF8')), 'hex')`;
}

export async function rowCounts(sql: SQL): Promise<Counts> {
  const counts = copiedTables.map(({ name }) => {
    const table = query.identifier(name);
    return query`(select count(*) from ${table})::float8 as ${table}`;
  });
  const [found] = await drizzle({ client: sql }).execute(query`
    select ${query.join(counts, query`, `)}, (select count(distinct conversation_id) from chat_messages)::float8 as sums`);
  return found as Counts;
}
