import { and, count, desc, eq, isNull, ne, or, sql } from "drizzle-orm";
import type { ConversationId } from "../../protocol/conversation-id.ts";
import type { Report, Reports } from "../reports.ts";
import { log } from "./audit.ts";
import { withDbErrors } from "./db-errors.ts";
import { selectedMessage } from "./messages.ts";
import type { Db } from "./open.ts";
import { messages, reports } from "./schema.ts";

export function postgresReports(db: Db): Reports {
  const itsMessage = and(eq(messages.conversationId, reports.conversationId), eq(messages.seq, reports.seq));
  const select = () => db.orm.select().from(reports).leftJoin(messages, itsMessage);
  const isOpen = isNull(reports.settledAt);
  const notOf = (author: number | null) =>
    author === null ? undefined : or(isNull(messages.authorId), ne(messages.authorId, author));
  const openFirst = [
    sql`${reports.settledAt} is not null`,
    sql`case when ${isOpen} then ${reports.id} else -${reports.id} end`,
  ];
  type Row = Awaited<ReturnType<typeof select>>[number];
  const toReport = ({ reports: { conversationId, ...report }, messages: message }: Row): Report => ({
    ...report,
    conversation: conversationId as ConversationId,
    message: message && selectedMessage(message),
  });

  return {
    add: ({ conversation, ...report }, entry) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          const [message] = await tx
            .select({ seq: messages.seq })
            .from(messages)
            .where(
              and(
                eq(messages.conversationId, conversation),
                eq(messages.seq, report.seq),
                isNull(messages.deletedAt),
              ),
            );
          if (!message) return false;
          const row = { ...report, conversationId: conversation };
          const [added] = await tx.insert(reports).values(row).onConflictDoNothing().returning();
          if (added) await log(tx, entry);
          return true;
        }),
      ),
    find: (id) =>
      withDbErrors(async () => {
        const [row] = await select().where(eq(reports.id, id));
        return row ? toReport(row) : null;
      }),
    list: (which, besides, limit) =>
      withDbErrors(async () => {
        const rows = await select()
          .where(and(which === "open" ? isOpen : undefined, notOf(besides)))
          .orderBy(...openFirst)
          .limit(limit);
        return rows.map(toReport);
      }),
    countOpen: (besides) =>
      withDbErrors(async () => {
        const counted = db.orm.select({ count: count() }).from(reports).leftJoin(messages, itsMessage);
        const [found] = await counted.where(and(isOpen, notOf(besides)));
        return found?.count ?? 0;
      }),
    by: (reporterId) =>
      withDbErrors(async () => {
        const rows = await select().where(eq(reports.reporterId, reporterId)).orderBy(desc(reports.id));
        return rows.map(toReport);
      }),
    settle: (id, { at, userId, outcome }, entry) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          const [settled] = await tx
            .update(reports)
            .set({ settledAt: at, settledBy: userId, outcome })
            .where(and(eq(reports.id, id), isNull(reports.settledAt)))
            .returning();
          if (settled) await log(tx, entry);
          return settled !== undefined;
        }),
      ),
  };
}
