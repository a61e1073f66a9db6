import type { TransactionSQL } from "bun";

/** The rows of SQLite that are copied, under the names of its columns. */
export interface Rows {
  users: {
    id: number;
    name: string | null;
    name_key: string | null;
    password_hash: string | null;
    created_at: number;
    last_sign_in_at: number | null;
  };
  sessions: { id: Uint8Array; user_id: number; device: string; created_at: number; seen_at: number };
  conversations: { id: string; kind: string; head: number; last_message_at: number | null };
  memberships: { user_id: number; conversation_id: string; last_read: number };
  messages: {
    conversation_id: string;
    seq: number;
    rev: number;
    author_id: number;
    client_id: string;
    text: string;
    created_at: number;
  };
}

export type Table = keyof Rows;

/** Stores rows as they are, in one statement. */
export const insert: { [T in Table]: (sql: TransactionSQL, rows: Rows[T][]) => Promise<unknown> } = {
  users: (sql, rows) => sql`
    insert into users (id, name, name_key, password_hash, created_at, last_sign_in_at) overriding system value
    select * from unnest(
      ${rows.map((row) => row.id)}::bigint[],
      ${rows.map((row) => row.name)}::text[],
      ${rows.map((row) => row.name_key)}::text[],
      ${rows.map((row) => row.password_hash)}::text[],
      ${rows.map((row) => row.created_at)}::bigint[],
      ${rows.map((row) => row.last_sign_in_at)}::bigint[])`,
  sessions: (sql, rows) => sql`
    insert into sessions (id, user_id, device, created_at, seen_at)
    select * from unnest(
      ${rows.map((row) => Buffer.from(row.id))}::bytea[],
      ${rows.map((row) => row.user_id)}::bigint[],
      ${rows.map((row) => row.device)}::text[],
      ${rows.map((row) => row.created_at)}::bigint[],
      ${rows.map((row) => row.seen_at)}::bigint[])`,
  // The group is there already: the migrations make it.
  conversations: (sql, rows) => sql`
    insert into conversations (id, kind, head, last_message_at)
    select * from unnest(
      ${rows.map((row) => row.id)}::text[],
      ${rows.map((row) => row.kind)}::text[],
      ${rows.map((row) => row.head)}::bigint[],
      ${rows.map((row) => row.last_message_at)}::bigint[])
    on conflict (id) do update set head = excluded.head, last_message_at = excluded.last_message_at`,
  memberships: (sql, rows) => sql`
    insert into memberships (user_id, conversation_id, last_read)
    select * from unnest(
      ${rows.map((row) => row.user_id)}::bigint[],
      ${rows.map((row) => row.conversation_id)}::text[],
      ${rows.map((row) => row.last_read)}::bigint[])`,
  messages: (sql, rows) => sql`
    insert into messages (conversation_id, seq, rev, author_id, client_id, text, created_at)
    select * from unnest(
      ${rows.map((row) => row.conversation_id)}::text[],
      ${rows.map((row) => row.seq)}::bigint[],
      ${rows.map((row) => row.rev)}::bigint[],
      ${rows.map((row) => row.author_id)}::bigint[],
      ${rows.map((row) => row.client_id)}::text[],
      ${rows.map((row) => row.text)}::text[],
      ${rows.map((row) => row.created_at)}::bigint[])`,
};
