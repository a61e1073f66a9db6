import { and, asc, desc, eq, gt, lt, sql } from "drizzle-orm";
import type { ConversationId } from "../../protocol/conversation-id.ts";
import type { Message } from "../../protocol/events.ts";
import { limits } from "../../protocol/limits.ts";
import { byteLength } from "../../protocol/text.ts";
import type { Messages, Page } from "../store.ts";
import { sqliteAppend } from "./append.ts";
import { guarded } from "./guarded.ts";
import type { Db } from "./open.ts";
import { conversations, messages } from "./schema.ts";

export type Row = typeof messages.$inferSelect;

export const toMessage = (row: Row): Message => ({
  conversation: row.conversationId as ConversationId,
  seq: row.seq,
  rev: row.rev,
  author: row.authorId,
  clientId: row.clientId,
  body: { text: row.text },
  createdAt: row.createdAt,
});

export function sqliteMessages(db: Db): Messages {
  const inConversation = eq(messages.conversationId, sql.placeholder("id"));
  const select = () => db.select().from(messages);
  const limit = sql.placeholder("limit");
  const before = select()
    .where(and(inConversation, lt(messages.seq, sql.placeholder("before"))))
    .orderBy(desc(messages.seq))
    .limit(limit)
    .prepare();
  const after = select()
    .where(and(inConversation, gt(messages.rev, sql.placeholder("rev"))))
    .orderBy(asc(messages.rev))
    .limit(limit)
    .prepare();
  const head = db
    .select({ head: conversations.head })
    .from(conversations)
    .where(eq(conversations.id, sql.placeholder("id")))
    .prepare();
  const headOf = (id: ConversationId) => head.get({ id })?.head ?? 0;

  const append = sqliteAppend(db);
  return {
    append: (drafts) => guarded(() => append(drafts)),
    before: (id, seq, most) =>
      guarded(() => {
        const rows = before.all({ id, before: seq ?? Number.MAX_SAFE_INTEGER, limit: most + 1 });
        const page = cut(rows, most, headOf(id));
        page.messages.reverse();
        return page;
      }),
    after: (id, rev, most) => guarded(() => cut(after.all({ id, rev, limit: most + 1 }), most, headOf(id))),
  };
}

/** Keeps what fits a page, in number and in bytes, but at least one, so that a reader always gets on. */
function cut(rows: Row[], most: number, head: number): Page {
  let bytes = 0;
  let kept = 0;
  while (kept < rows.length && kept < most) {
    bytes += byteLength(rows[kept]!.text);
    if (kept > 0 && bytes > limits.pageMaxBytes) break;
    kept++;
  }
  return { messages: rows.slice(0, kept).map(toMessage), more: kept < rows.length, head };
}
