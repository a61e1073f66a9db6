import type { SQL } from "bun";
import type { Rows } from "./copied-rows.ts";

/** What is compared of a copy: rows of its tables, and what the messages of each conversation add up to. */
export interface Compared extends Rows {
  sums: { conversation_id: string; count: number; seqs: number; revs: number };
}

/**
 * The fingerprints of the rows that have the keys of those given, in their order; null where there is none. One is the
 * SHA-256, in hexadecimal, of the row's columns in the order of `Compared`, a line each, with "-" for null.
 */
export const fingerprints: {
  [T in keyof Compared]: (sql: SQL, rows: Compared[T][]) => Promise<{ print: string | null }[]>;
} = {
  users: (sql, rows) => sql`
    select print from unnest(${rows.map((row) => row.id)}::bigint[]) with ordinality as wanted (id, place)
    left join lateral (
      select encode(sha256(convert_to(array_to_string(array[
        id::text, name, name_key, password_hash, created_at::text, last_sign_in_at::text
      ], chr(10), '-'), 'UTF8')), 'hex') as print from users where users.id = wanted.id offset 0
    ) as found on true order by place`,
  sessions: (sql, rows) => sql`
    select print from unnest(${rows.map((row) => Buffer.from(row.id))}::bytea[]) with ordinality as wanted (id, place)
    left join lateral (
      select encode(sha256(convert_to(array_to_string(array[
        encode(id, 'hex'), user_id::text, device, created_at::text, seen_at::text
      ], chr(10), '-'), 'UTF8')), 'hex') as print from sessions where sessions.id = wanted.id offset 0
    ) as found on true order by place`,
  conversations: (sql, rows) => sql`
    select print from unnest(${rows.map((row) => row.id)}::text[]) with ordinality as wanted (id, place)
    left join lateral (
      select encode(sha256(convert_to(array_to_string(array[
        id, kind, head::text, last_message_at::text
      ], chr(10), '-'), 'UTF8')), 'hex') as print from conversations where conversations.id = wanted.id offset 0
    ) as found on true order by place`,
  memberships: (sql, rows) => sql`
    select print from unnest(
      ${rows.map((row) => row.user_id)}::bigint[], ${rows.map((row) => row.conversation_id)}::text[]
    ) with ordinality as wanted (person, conversation, place)
    left join lateral (
      select encode(sha256(convert_to(array_to_string(array[
        user_id::text, conversation_id, last_read::text
      ], chr(10), '-'), 'UTF8')), 'hex') as print
      from memberships where user_id = person and conversation_id = conversation offset 0
    ) as found on true order by place`,
  messages: (sql, rows) => sql`
    select print from unnest(
      ${rows.map((row) => row.conversation_id)}::text[], ${rows.map((row) => row.seq)}::bigint[]
    ) with ordinality as wanted (conversation, number, place)
    left join lateral (
      select encode(sha256(convert_to(array_to_string(array[
        conversation_id, seq::text, rev::text, author_id::text, client_id, text, created_at::text
      ], chr(10), '-'), 'UTF8')), 'hex') as print
      from messages where conversation_id = conversation and seq = number offset 0
    ) as found on true order by place`,
  sums: (sql, rows) => sql`
    select print from unnest(${rows.map((row) => row.conversation_id)}::text[]) with ordinality as wanted (id, place)
    left join lateral (
      select encode(sha256(convert_to(array_to_string(array[
        id, count(*)::text, sum(seq)::text, sum(rev)::text
      ], chr(10), '-'), 'UTF8')), 'hex') as print from messages where conversation_id = id
    ) as found on true order by place`,
};

/** How many rows each table has. */
export async function rowCounts(sql: SQL): Promise<{ [T in keyof Compared]: number }> {
  const [counts] = await sql`
    select (select count(*) from users)::float8 as users,
      (select count(*) from sessions)::float8 as sessions,
      (select count(*) from conversations)::float8 as conversations,
      (select count(*) from memberships)::float8 as memberships,
      (select count(*) from messages)::float8 as messages,
      (select count(distinct conversation_id) from messages)::float8 as sums`;
  return counts;
}
