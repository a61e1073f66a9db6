import type { Database } from "bun:sqlite";
import type { CopiedTable, Row, Value } from "../../server/store/postgres/copied-tables.ts";
import type { Sums } from "../../server/store/postgres/fingerprints.ts";

/** The key of a row, bytes in hexadecimal. */
export type Key = (string | number)[];

const most = 5_000;
const mostCharacters = 2_000_000;

/** The rows of a table after a key, in the order of their keys; null: from the first on. */
export function rowsAfter(db: Database, table: CopiedTable, key: Key | null): IterableIterator<Row> {
  const names = table.columns.map(({ name }) => name).join(", ");
  const own = table.key.join(", ");
  const given = table.key.map((column) => (isBinary(table, column) ? "unhex(?)" : "?")).join(", ");
  const after = key ? `WHERE (${own}) > (${given})` : "";
  const query = `SELECT ${names} FROM ${table.name} ${after} ORDER BY ${own}`;
  return db.prepare<Row, Key>(query).iterate(...(key ?? []));
}

export const keyOf = (table: CopiedTable, row: Row): Key =>
  table.key.map((column) => textOf(row[column]!) as string | number);

/** Every column, in the order that makes a fingerprint. */
export const columnsOf = (table: CopiedTable, row: Row): (string | number | null)[] =>
  table.columns.map(({ name }) => textOf(row[name]!));

/** What the messages of each conversation add up to. */
export const sumsOf = (db: Database): IterableIterator<Sums> =>
  db
    .prepare<Sums, []>(`
      SELECT conversation_id, count(*) AS count, sum(seq) AS seqs, sum(rev) AS revs FROM chat_messages
      GROUP BY conversation_id ORDER BY conversation_id`)
    .iterate();

/** Cuts rows into batches, few enough in number and in text to be held at once. */
export function* batches<Row extends object>(rows: Iterable<Row>): Generator<Row[]> {
  let batch: Row[] = [];
  let characters = 0;
  for (const row of rows) {
    batch.push(row);
    for (const value of Object.values(row)) if (typeof value === "string") characters += value.length;
    if (batch.length < most && characters < mostCharacters) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

const isBinary = ({ columns }: CopiedTable, name: string) =>
  columns.some((column) => column.name === name && column.isBinary);

const textOf = (value: Value) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value);
