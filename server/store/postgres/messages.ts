import type { SQL } from "bun";
import { and, asc, count, eq, gt, isNull } from "drizzle-orm";
import type { ConversationId } from "../../protocol/conversation-id.ts";
import type { Message } from "../../protocol/events.ts";
import { limits } from "../../protocol/limits.ts";
import { selectedMessage } from "../message-row.ts";
import type { Messages, Page } from "../messages.ts";
import { postgresAppend } from "./append.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { postgresRemoval } from "./removal.ts";
import { messages } from "./schema.ts";

/** A row of a page; the columns of the message are null when the page is empty. */
interface Row {
  head: string;
  /** How many messages there were to choose from, up to one more than wanted. */
  found: string;
  seq: string | null;
  rev: string;
  author_id: string;
  client_id: string;
  text: string;
  created_at: string;
  deleted_at: string | null;
}

export function postgresMessages(db: Db): Messages {
  return {
    append: (drafts) => withDbErrors(() => postgresAppend(db, drafts)),
    before: (id, before, most) =>
      withDbErrors(async () => {
        const rows = await pageBefore(db.sql, id, before ?? Number.MAX_SAFE_INTEGER, most);
        return toPage(id, rows.reverse());
      }),
    from: (id, from, most) => withDbErrors(async () => toPage(id, await pageFrom(db.sql, id, from, most))),
    after: (id, rev, most) => withDbErrors(async () => toPage(id, await pageAfter(db.sql, id, rev, most))),
    ...postgresRemoval(db),
    find: (id, seq) =>
      withDbErrors(async () => {
        const one = and(eq(messages.conversationId, id), eq(messages.seq, seq));
        const [row] = await db.orm.select().from(messages).where(one);
        return row ? selectedMessage(row) : null;
      }),
    countOf: (author) =>
      withDbErrors(async () => {
        const theirs = and(eq(messages.authorId, author), isNull(messages.deletedAt));
        const [found] = await db.orm.select({ count: count() }).from(messages).where(theirs);
        return found?.count ?? 0;
      }),
    by: (author, id, after, limit) =>
      withDbErrors(async () => {
        const theirs = and(eq(messages.conversationId, id), eq(messages.authorId, author));
        const rows = await db.orm
          .select()
          .from(messages)
          .where(and(theirs, gt(messages.seq, after), isNull(messages.deletedAt)))
          .orderBy(asc(messages.seq))
          .limit(limit);
        return rows.map(selectedMessage);
      }),
  };
}

// All three take what fits a page, in number and in bytes, but at least one message, so that a reader always gets on. The head
// comes along even with an empty page, from the same snapshot.

const pageBefore = (sql: SQL, id: ConversationId, before: number, most: number): Promise<Row[]> => sql`
  with candidates as (
    select seq, rev, author_id, client_id, text, created_at, deleted_at from messages
    where conversation_id = ${id} and seq < ${before}::bigint
    order by seq desc limit ${most + 1}::int
  ), measured as (
    select *, row_number() over down as place, sum(octet_length(text)) over down as bytes, count(*) over () as found
    from candidates window down as (order by seq desc)
  )
  select coalesce(head, 0) as head, coalesce(found, 0) as found,
    seq, rev, author_id, client_id, text, created_at, deleted_at
  from (select max(head) as head from conversations where id = ${id}) as conversation
  left join measured on place = 1 or (place <= ${most}::int and bytes <= ${limits.pageMaxBytes}::int)
  order by seq desc`;

const pageFrom = (sql: SQL, id: ConversationId, from: number, most: number): Promise<Row[]> => sql`
  with candidates as (
    select seq, rev, author_id, client_id, text, created_at, deleted_at from messages
    where conversation_id = ${id} and seq >= ${from}::bigint
    order by seq limit ${most + 1}::int
  ), measured as (
    select *, row_number() over up as place, sum(octet_length(text)) over up as bytes, count(*) over () as found
    from candidates window up as (order by seq)
  )
  select coalesce(head, 0) as head, coalesce(found, 0) as found,
    seq, rev, author_id, client_id, text, created_at, deleted_at
  from (select max(head) as head from conversations where id = ${id}) as conversation
  left join measured on place = 1 or (place <= ${most}::int and bytes <= ${limits.pageMaxBytes}::int)
  order by seq`;

const pageAfter = (sql: SQL, id: ConversationId, after: number, most: number): Promise<Row[]> => sql`
  with candidates as (
    select seq, rev, author_id, client_id, text, created_at, deleted_at from messages
    where conversation_id = ${id} and rev > ${after}::bigint
    order by rev limit ${most + 1}::int
  ), measured as (
    select *, row_number() over up as place, sum(octet_length(text)) over up as bytes, count(*) over () as found
    from candidates window up as (order by rev)
  )
  select coalesce(head, 0) as head, coalesce(found, 0) as found,
    seq, rev, author_id, client_id, text, created_at, deleted_at
  from (select max(head) as head from conversations where id = ${id}) as conversation
  left join measured on place = 1 or (place <= ${most}::int and bytes <= ${limits.pageMaxBytes}::int)
  order by rev`;

function toPage(id: ConversationId, rows: Row[]): Page {
  const messages = rows.filter(({ seq }) => seq !== null).map((row) => toMessage(id, row));
  const [{ head, found }] = rows as [Row];
  return { messages, more: Number(found) > messages.length, head: Number(head) };
}

const toMessage = (conversation: ConversationId, row: Row): Message => ({
  conversation,
  seq: Number(row.seq),
  rev: Number(row.rev),
  author: Number(row.author_id),
  clientId: row.client_id,
  body: { text: row.text },
  createdAt: Number(row.created_at),
  ...(row.deleted_at === null ? {} : { deletedAt: Number(row.deleted_at) }),
});
