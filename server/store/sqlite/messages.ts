import { and, asc, count, desc, eq, gt, gte, isNull, lt, sql } from "drizzle-orm";
import type { ConversationId } from "../../protocol/conversation-id.ts";
import type { Message } from "../../protocol/events.ts";
import { limits } from "../../protocol/limits.ts";
import { byteLength } from "../../protocol/text.ts";
import { selectedMessage } from "../message-row.ts";
import type { Messages, Page } from "../messages.ts";
import { sqliteAppend } from "./append.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { prepared } from "./prepared.ts";
import { sqliteRemoval } from "./removal.ts";
import { conversations, messages } from "./schema.ts";

/** A row of `messages`, as bun:sqlite gives it. */
export interface Row {
  conversation_id: string;
  seq: number;
  rev: number;
  author_id: number;
  client_id: string;
  text: string;
  created_at: number;
  deleted_at: number | null;
}

export const toMessage = (row: Row): Message => ({
  conversation: row.conversation_id as ConversationId,
  seq: row.seq,
  rev: row.rev,
  author: row.author_id,
  clientId: row.client_id,
  body: { text: row.text },
  createdAt: row.created_at,
  ...(row.deleted_at === null ? {} : { deletedAt: row.deleted_at }),
});

export function sqliteMessages(db: Db): Messages {
  const id = sql.placeholder("id");
  const inConversation = eq(messages.conversationId, id);
  const select = () => db.select().from(messages);
  const before = prepared<Row, [id: string, before: number]>(
    db,
    select()
      .where(and(inConversation, lt(messages.seq, sql.placeholder("before"))))
      .orderBy(desc(messages.seq)),
  );
  const from = prepared<Row, [id: string, from: number]>(
    db,
    select()
      .where(and(inConversation, gte(messages.seq, sql.placeholder("from"))))
      .orderBy(asc(messages.seq)),
  );
  const after = prepared<Row, [id: string, rev: number]>(
    db,
    select()
      .where(and(inConversation, gt(messages.rev, sql.placeholder("rev"))))
      .orderBy(asc(messages.rev)),
  );
  const head = prepared<{ head: number }, [id: string]>(
    db,
    db.select({ head: conversations.head }).from(conversations).where(eq(conversations.id, id)),
  );
  const headOf = (of: ConversationId) => head.get(of)?.head ?? 0;

  const append = sqliteAppend(db);
  return {
    append: (drafts) => withDbErrors(() => append(drafts)),
    before: (of, seq, most) =>
      withDbErrors(() => {
        const page = cut(before.iterate(of, seq ?? Number.MAX_SAFE_INTEGER), most, headOf(of));
        page.messages.reverse();
        return page;
      }),
    from: (of, seq, most) => withDbErrors(() => cut(from.iterate(of, seq), most, headOf(of))),
    after: (of, rev, most) => withDbErrors(() => cut(after.iterate(of, rev), most, headOf(of))),
    ...sqliteRemoval(db),
    find: (of, seq) =>
      withDbErrors(() => {
        const one = and(eq(messages.conversationId, of), eq(messages.seq, seq));
        const row = db.select().from(messages).where(one).get();
        return row ? selectedMessage(row) : null;
      }),
    countOf: (author) =>
      withDbErrors(
        () =>
          db
            .select({ count: count() })
            .from(messages)
            .where(and(eq(messages.authorId, author), isNull(messages.deletedAt)))
            .get()?.count ?? 0,
      ),
    by: (author, of, seq, most) =>
      withDbErrors(() => {
        const theirs = and(eq(messages.conversationId, of), eq(messages.authorId, author));
        const further = and(theirs, gt(messages.seq, seq), isNull(messages.deletedAt));
        return select().where(further).orderBy(asc(messages.seq)).limit(most).all().map(selectedMessage);
      }),
  };
}

/** Reads what fits a page, in number and in bytes, but at least one message, so that a reader always gets on. */
function cut(rows: Iterable<Row>, most: number, head: number): Page {
  const page: Page = { messages: [], more: false, head };
  let bytes = 0;
  for (const row of rows) {
    bytes += byteLength(row.text);
    const isFull = page.messages.length === most || bytes > limits.pageMaxBytes;
    if (isFull && page.messages.length > 0) return { ...page, more: true };
    page.messages.push(toMessage(row));
  }
  return page;
}
