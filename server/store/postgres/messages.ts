import type { SQL } from "bun";
import type { ConversationId } from "../../protocol/conversation-id.ts";
import { limits } from "../../protocol/limits.ts";
import { type MessageRow, toMessage } from "../message-row.ts";
import type { NativeMessages, Page } from "../messages.ts";
import { postgresAppend } from "./append.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";

/** A row of a page. There is one without a message when the page is empty. */
type Row = (MessageRow | { seq: null }) & {
  head: string;
  /** How many messages there were to choose from, up to one more than wanted. */
  found: string;
};

/** Appends messages, and reads them in pages. */
export const postgresMessages = (db: Db): Pick<NativeMessages, "append" | "before" | "from" | "after"> => ({
  append: (drafts) => withDbErrors(() => postgresAppend(db.sql, drafts)),
  before: (id, before, most) =>
    withDbErrors(async () => {
      const rows = await pageBefore(db.sql, id, before ?? Number.MAX_SAFE_INTEGER, most);
      return toPage(rows.reverse());
    }),
  from: (id, from, most) => withDbErrors(async () => toPage(await pageFrom(db.sql, id, from, most))),
  after: (id, rev, most) => withDbErrors(async () => toPage(await pageAfter(db.sql, id, rev, most))),
});

// All three take what fits a page, in number and in bytes, but at least one message, so that a reader always gets on. The head
// comes along even with an empty page, from the same snapshot.

const columns = (sql: SQL) => sql`
    conversation_id as "conversationId", seq, rev, author_id as "authorId", client_id as "clientId", body,
    created_at as "createdAt", deleted_at as "deletedAt", thread, replies, state`;

const pageBefore = (sql: SQL, id: ConversationId, before: number, most: number): Promise<Row[]> => sql`
  with candidates as (
    select * from chat_messages
    where conversation_id = ${id} and seq < ${before}::bigint
    order by seq desc limit ${most + 1}::int
  ), measured as (
    select *, row_number() over down as place, sum(octet_length(coalesce(body, ''))) over down as bytes, count(*) over () as found
    from candidates window down as (order by seq desc)
  )
  select coalesce(head, 0) as head, coalesce(found, 0) as found,
    ${columns(sql)}
  from (select max(head) as head from conversations where id = ${id}) as conversation
  left join measured on place = 1 or (place <= ${most}::int and bytes <= ${limits.pageMaxBytes}::int)
  order by seq desc`;

const pageFrom = (sql: SQL, id: ConversationId, from: number, most: number): Promise<Row[]> => sql`
  with candidates as (
    select * from chat_messages
    where conversation_id = ${id} and seq >= ${from}::bigint
    order by seq limit ${most + 1}::int
  ), measured as (
    select *, row_number() over up as place, sum(octet_length(coalesce(body, ''))) over up as bytes, count(*) over () as found
    from candidates window up as (order by seq)
  )
  select coalesce(head, 0) as head, coalesce(found, 0) as found,
    ${columns(sql)}
  from (select max(head) as head from conversations where id = ${id}) as conversation
  left join measured on place = 1 or (place <= ${most}::int and bytes <= ${limits.pageMaxBytes}::int)
  order by seq`;

const pageAfter = (sql: SQL, id: ConversationId, after: number, most: number): Promise<Row[]> => sql`
  with candidates as (
    select * from chat_messages
    where conversation_id = ${id} and rev > ${after}::bigint
    order by rev limit ${most + 1}::int
  ), measured as (
    select *, row_number() over up as place, sum(octet_length(coalesce(body, ''))) over up as bytes, count(*) over () as found
    from candidates window up as (order by rev)
  )
  select coalesce(head, 0) as head, coalesce(found, 0) as found,
    ${columns(sql)}
  from (select max(head) as head from conversations where id = ${id}) as conversation
  left join measured on place = 1 or (place <= ${most}::int and bytes <= ${limits.pageMaxBytes}::int)
  order by rev`;

function toPage(rows: Row[]): Page {
  const messages = rows.flatMap((row) => (row.seq === null ? [] : [toMessage(row)]));
  const [{ head, found }] = rows as [Row];
  return { messages, more: Number(found) > messages.length, head: Number(head) };
}
