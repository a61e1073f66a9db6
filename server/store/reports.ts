import type { ConversationId } from "../protocol/conversation-id.ts";
import type { Message } from "../protocol/events.ts";
import type { NewAuditEntry } from "./transaction.ts";

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

export interface Reports {
  /** False when there is no such message, or it is deleted; the same message again by the same person changes nothing. */
  add(
    report: {
      conversation: ConversationId;
      seq: number;
      reporterId: number;
      reason: string;
      createdAt: number;
    },
    entry: NewAuditEntry,
  ): Promise<boolean>;
  find(id: number): Promise<Report | null>;
  /**
   * Those still open, the oldest first; with `all`, behind them those that were settled, the latest first. Without those about
   * a message of the author `besides`.
   */
  list(which: "open" | "all", besides: number | null, limit: number): Promise<Report[]>;
  /** How many are open, without those about a message of this author. */
  countOpen(besides: number | null): Promise<number>;
  /** All of one reporter, the latest first. */
  by(reporterId: number): Promise<Report[]>;
  /** False when it was settled before. */
  settle(
    id: number,
    by: { at: number; userId: number; outcome: string },
    entry: NewAuditEntry,
  ): Promise<boolean>;
}
