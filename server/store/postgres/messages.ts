import type { SQL } from "bun";
import type { ConversationId } from "../../protocol/conversation-id.ts";
import { limits } from "../../protocol/limits.ts";
import { type MessageRow, toMessage } from "../message-row.ts";
import type { NativeMessages, Page, Within } from "../messages.ts";
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
  before: (id, before, most, which) =>
    withDbErrors(async () => {
      const { sql } = db;
      const chosen = sql`seq < ${before ?? Number.MAX_SAFE_INTEGER}::bigint and ${within(sql, which)}`;
      const rows = await page(sql, id, chosen, sql`seq desc`, most);
      return toPage(rows.reverse());
    }),
  from: (id, from, most, which) =>
    withDbErrors(async () => {
      const { sql } = db;
      const chosen = sql`seq >= ${from}::bigint and ${within(sql, which)}`;
      return toPage(await page(sql, id, chosen, sql`seq`, most));
    }),
  after: (id, rev, most) =>
    withDbErrors(async () => {
      const { sql } = db;
      return toPage(await page(sql, id, sql`rev > ${rev}::bigint`, sql`rev`, most));
    }),
});

/**
 * Takes what fits a page, in number and in bytes, but at least one message, so that a reader always gets on. The head comes along
 * even with an empty page, from the same snapshot.
 */
const page = (
  sql: SQL,
  id: ConversationId,
  which: SQL.Query<unknown>,
  order: SQL.Query<unknown>,
  most: number,
): Promise<Row[]> => sql`
  with candidates as (
    select * from chat_messages where conversation_id = ${id} and ${which} order by ${order} limit ${most + 1}::int
  ), measured as (
    select *, row_number() over inward as place, count(*) over () as found,
      sum(octet_length(coalesce(body, '')) + octet_length(coalesce(state, ''))) over inward as bytes
    from candidates window inward as (order by ${order})
  )
  select coalesce(head, 0) as head, coalesce(found, 0) as found,
    conversation_id as "conversationId", seq, rev, author_id as "authorId", client_id as "clientId", body,
    created_at as "createdAt", deleted_at as "deletedAt", thread, replies,
    replies_up_to as "repliesUpTo", state
  from (select max(head) as head from conversations where id = ${id}) as conversation
  left join measured on place = 1 or (place <= ${most}::int and bytes <= ${limits.pageMaxBytes}::int)
  order by ${order}`;

function within(sql: SQL, which: Within | undefined) {
  if (which === undefined) return sql`true`;
  return which === "pins" ? sql`is_pinned = 1` : sql`thread = ${which.thread}::bigint`;
}

function toPage(rows: Row[]): Page {
  const messages = rows.flatMap((row) => (row.seq === null ? [] : [toMessage(row)]));
  const [{ head, found }] = rows as [Row];
  return { messages, more: Number(found) > messages.length, head: Number(head) };
}
