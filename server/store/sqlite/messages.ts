import { and, asc, desc, eq, gt, gte, lt, type SQL, sql } from "drizzle-orm";
import type { ConversationId } from "../../protocol/conversation-id.ts";
import { limits } from "../../protocol/limits.ts";
import { type MessageRow, sizeOf, toMessage } from "../message-row.ts";
import type { NativeMessages, Page, Within } from "../messages.ts";
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
  const inThread = and(inConversation, eq(messages.thread, sql.placeholder("thread")));
  const pinned = and(inConversation, eq(messages.isPinned, sql`1`));
  const pageBefore = <Values extends number[]>(which: SQL | undefined) =>
    prepared<MessageRow, [id: string, ...Values]>(
      db,
      select()
        .where(and(which, lt(messages.seq, sql.placeholder("before"))))
        .orderBy(desc(messages.seq)),
    );
  const pageFrom = <Values extends number[]>(which: SQL | undefined) =>
    prepared<MessageRow, [id: string, ...Values]>(
      db,
      select()
        .where(and(which, gte(messages.seq, sql.placeholder("from"))))
        .orderBy(asc(messages.seq)),
    );
  const before = pageBefore<[before: number]>(inConversation);
  const from = pageFrom<[from: number]>(inConversation);
  const threadBefore = pageBefore<[thread: number, before: number]>(inThread);
  const threadFrom = pageFrom<[thread: number, from: number]>(inThread);
  const pinsBefore = pageBefore<[before: number]>(pinned);
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

  function rowsBefore(of: ConversationId, seq: number, within?: Within) {
    if (within === undefined) return before.iterate(of, seq);
    return within === "pins" ? pinsBefore.iterate(of, seq) : threadBefore.iterate(of, within.thread, seq);
  }

  const append = sqliteAppend(db);
  return {
    append: (drafts) => withDbErrors(() => append(drafts)),
    before: (of, before, most, within) =>
      withDbErrors(() => {
        const page = cut(rowsBefore(of, before ?? Number.MAX_SAFE_INTEGER, within), most, headOf(of));
        page.messages.reverse();
        return page;
      }),
    from: (of, seq, most, within) =>
      withDbErrors(() => {
        const rows = within ? threadFrom.iterate(of, within.thread, seq) : from.iterate(of, seq);
        return cut(rows, most, headOf(of));
      }),
    after: (of, rev, most) => withDbErrors(() => cut(after.iterate(of, rev), most, headOf(of))),
  };
}

/** Reads what fits a page, in number and in bytes, but at least one message, so that a reader always gets on. */
function cut(rows: Iterable<MessageRow>, most: number, head: number): Page {
  const page: Page = { messages: [], more: false, head };
  let bytes = 0;
  for (const row of rows) {
    bytes += sizeOf(row);
    const isFull = page.messages.length === most || bytes > limits.pageMaxBytes;
    if (isFull && page.messages.length > 0) return { ...page, more: true };
    page.messages.push(toMessage(row));
  }
  return page;
}
