import { and, count, desc, eq, isNull, ne, or, sql } from "drizzle-orm";
import type { ConversationId } from "../protocol/conversation-id.ts";
import type { Message } from "../protocol/events.ts";
import { toMessage } from "./message-row.ts";
import {
  first,
  type NewAuditEntry,
  type Reading,
  rows,
  some,
  statement,
  transaction,
} from "./transaction.ts";

/** A message that was reported; `message` is null where it is gone. */
export interface Report {
  id: number;
  conversation: ConversationId;
  seq: number;
  message: Message | null;
  reporterId: number;
  reason: string;
  createdAt: number;
  settledAt: number | null;
  settledBy: number | null;
  outcome: string | null;
}

type NewReport = Pick<Report, "conversation" | "seq" | "reporterId" | "reason" | "createdAt">;

export const reports = {
  /** False when there is no such message, or it is deleted; the same message again by the same person changes nothing. */
  add: transaction(function* (tx, { conversation, ...report }: NewReport, entry: NewAuditEntry) {
    const { db, t } = tx;
    const { messages, reports } = t;
    const place = and(eq(messages.conversationId, conversation), eq(messages.seq, report.seq));
    const reported = and(place, isNull(messages.deletedAt));
    if (!(yield* some(db.select({ seq: messages.seq }).from(messages).where(reported)))) return false;
    const row = { ...report, conversationId: conversation };
    if (yield* some(db.insert(reports).values(row).onConflictDoNothing().returning())) yield* tx.audit(entry);
    return true;
  }),

  find: statement(function* (reading, id: number) {
    const row = yield* first(select(reading).where(eq(reading.t.reports.id, id)));
    return row && toReport(row);
  }),

  /**
   * Those still open, the oldest first; with `all`, behind them those that were settled, the latest first. Without those about
   * a message of the author `besides`.
   */
  list: statement(function* (reading, which: "open" | "all", besides: number | null, limit: number) {
    const { reports } = reading.t;
    const found = yield* rows(
      select(reading)
        .where(and(which === "open" ? isOpen(reading) : undefined, isNotOf(reading, besides)))
        .orderBy(
          sql`${reports.settledAt} is not null`,
          sql`case when ${isOpen(reading)} then ${reports.id} else -${reports.id} end`,
        )
        .limit(limit),
    );
    return found.map(toReport);
  }),

  /** How many are open, without those about a message of this author. */
  countOpen: statement(function* (reading, besides: number | null) {
    const { db, t } = reading;
    const counted = db.select({ count: count() }).from(t.reports).leftJoin(t.messages, isItsMessage(reading));
    const found = yield* first(counted.where(and(isOpen(reading), isNotOf(reading, besides))));
    return Number(found?.count ?? 0);
  }),

  /** All of one reporter, the latest first. */
  by: statement(function* (reading, reporterId: number) {
    const { reports } = reading.t;
    const found = yield* rows(
      select(reading).where(eq(reports.reporterId, reporterId)).orderBy(desc(reports.id)),
    );
    return found.map(toReport);
  }),

  /** False when it was settled before. */
  settle: transaction(function* (
    tx,
    id: number,
    { at, userId, outcome }: { at: number; userId: number; outcome: string },
    entry: NewAuditEntry,
  ) {
    const { reports } = tx.t;
    const one = and(eq(reports.id, id), isOpen(tx));
    const values = { settledAt: at, settledBy: userId, outcome };
    const settled = yield* some(tx.db.update(reports).set(values).where(one).returning());
    if (settled) yield* tx.audit(entry);
    return settled;
  }),
};

const select = (reading: Reading) =>
  reading.db
    .select({ report: reading.t.reports, message: reading.t.messages })
    .from(reading.t.reports)
    .leftJoin(reading.t.messages, isItsMessage(reading));

const isItsMessage = ({ t: { messages, reports } }: Reading) =>
  and(eq(messages.conversationId, reports.conversationId), eq(messages.seq, reports.seq));

const isOpen = ({ t }: Pick<Reading, "t">) => isNull(t.reports.settledAt);

const isNotOf = ({ t: { messages } }: Reading, author: number | null) =>
  author === null ? undefined : or(isNull(messages.authorId), ne(messages.authorId, author));

type Row = Awaited<ReturnType<typeof select>>[number];

const toReport = ({ report: { conversationId, ...report }, message }: Row): Report => ({
  ...report,
  conversation: conversationId as ConversationId,
  message: message && toMessage(message),
});
