import type { Database } from "bun:sqlite";
import type { Compared } from "../../server/db/postgres/fingerprints.ts";

type Key = (string | number)[];

interface Reading<Row> {
  /** Rows after the key, in the order of their keys. */
  after(db: Database, key: Key | null): IterableIterator<Row>;
  keyOf(row: Row): Key;
  /** Every column, in the order that makes a fingerprint. */
  columnsOf(row: Row): (string | number | null)[];
}

const most = 5_000;
const mostCharacters = 2_000_000;

/** How the rows of each table are read from SQLite, and what the messages of each conversation add up to. */
export const readings: { [T in keyof Compared]: Reading<Compared[T]> } = {
  users: {
    after: (db, key) =>
      iterate(
        db,
        "SELECT id, name, name_key, password_hash, created_at, last_sign_in_at FROM users WHERE id > ? ORDER BY id",
        key ?? [0],
      ),
    keyOf: (row) => [row.id],
    columnsOf: (row) => [
      row.id,
      row.name,
      row.name_key,
      row.password_hash,
      row.created_at,
      row.last_sign_in_at,
    ],
  },
  conversations: {
    after: (db, key) =>
      iterate(
        db,
        "SELECT id, kind, head, last_message_at FROM conversations WHERE id > ? ORDER BY id",
        key ?? [""],
      ),
    keyOf: (row) => [row.id],
    columnsOf: (row) => [row.id, row.kind, row.head, row.last_message_at],
  },
  memberships: {
    after: (db, key) =>
      iterate(
        db,
        `SELECT user_id, conversation_id, last_read FROM memberships
        WHERE (user_id, conversation_id) > (?, ?) ORDER BY user_id, conversation_id`,
        key ?? [0, ""],
      ),
    keyOf: (row) => [row.user_id, row.conversation_id],
    columnsOf: (row) => [row.user_id, row.conversation_id, row.last_read],
  },
  sessions: {
    after: (db, key) =>
      iterate(
        db,
        "SELECT id, user_id, device, created_at, seen_at FROM sessions WHERE id > unhex(?) ORDER BY id",
        key ?? [""],
      ),
    keyOf: (row) => [hex(row.id)],
    columnsOf: (row) => [hex(row.id), row.user_id, row.device, row.created_at, row.seen_at],
  },
  messages: {
    after: (db, key) =>
      iterate(
        db,
        `SELECT conversation_id, seq, rev, author_id, client_id, text, created_at FROM messages
        WHERE (conversation_id, seq) > (?, ?) ORDER BY conversation_id, seq`,
        key ?? ["", 0],
      ),
    keyOf: (row) => [row.conversation_id, row.seq],
    columnsOf: (row) => [
      row.conversation_id,
      row.seq,
      row.rev,
      row.author_id,
      row.client_id,
      row.text,
      row.created_at,
    ],
  },
  sums: {
    after: (db, key) =>
      iterate(
        db,
        `SELECT conversation_id, count(*) AS count, sum(seq) AS seqs, sum(rev) AS revs FROM messages
        WHERE conversation_id > ? GROUP BY conversation_id ORDER BY conversation_id`,
        key ?? [""],
      ),
    keyOf: (row) => [row.conversation_id],
    columnsOf: (row) => [row.conversation_id, row.count, row.seqs, row.revs],
  },
};

/** Cuts rows into batches, few enough in number and in text to be held at once. */
export function* batches<Row extends object>(rows: Iterable<Row>): Generator<Row[]> {
  let batch: Row[] = [];
  let characters = 0;
  for (const row of rows) {
    batch.push(row);
    if ("text" in row) characters += String(row.text).length;
    if (batch.length < most && characters < mostCharacters) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

const iterate = <Row>(db: Database, query: string, key: Key): IterableIterator<Row> =>
  db.prepare<Row, Key>(query).iterate(...key);

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
