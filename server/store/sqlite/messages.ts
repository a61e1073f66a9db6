import { and, asc, desc, eq, gt, gte, lt, sql } from "drizzle-orm";
import type { ConversationId } from "../../protocol/conversation-id.ts";
import { limits } from "../../protocol/limits.ts";
import { byteLength } from "../../protocol/text.ts";
import { type MessageRow, toMessage } from "../message-row.ts";
import type { NativeMessages, Page } from "../messages.ts";
import { sqliteAppend } from "./append.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { ormOf } from "./orm.ts";
import { namedColumns, prepared } from "./prepared.ts";
import { conversations, messages } from "./schema.ts";

/** Appends messages, and reads them in pages. */
export function sqliteMessages(db: Db): Pick<NativeMessages, "append" | "before" | "from" | "after"> {
  const id = sql.placeholder("id");
  const inConversation = eq(messages.conversationId, id);
  const { sentMark, isLine, isPinned, ...columns } = namedColumns(messages);
  const select = () => ormOf(db).select(columns).from(messages);
  const before = prepared<MessageRow, [id: string, before: number]>(
    db,
    select()
      .where(and(inConversation, lt(messages.seq, sql.placeholder("before"))))
      .orderBy(desc(messages.seq)),
  );
  const from = prepared<MessageRow, [id: string, from: number]>(
    db,
    select()
      .where(and(inConversation, gte(messages.seq, sql.placeholder("from"))))
      .orderBy(asc(messages.seq)),
  );
  const after = prepared<MessageRow, [id: string, rev: number]>(
    db,
    select()
      .where(and(inConversation, gt(messages.rev, sql.placeholder("rev"))))
      .orderBy(asc(messages.rev)),
  );
  const head = prepared<{ head: number }, [id: string]>(
    db,
    ormOf(db).select({ head: conversations.head }).from(conversations).where(eq(conversations.id, id)),
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
  };
}

/** Reads what fits a page, in number and in bytes, but at least one message, so that a reader always gets on. */
function cut(rows: Iterable<MessageRow>, most: number, head: number): Page {
  const page: Page = { messages: [], more: false, head };
  let bytes = 0;
  for (const row of rows) {
    bytes += byteLength(row.body ?? "");
    const isFull = page.messages.length === most || bytes > limits.pageMaxBytes;
    if (isFull && page.messages.length > 0) return { ...page, more: true };
    page.messages.push(toMessage(row));
  }
  return page;
}
