import * as v from "valibot";
import { conversationId } from "./conversation-id.ts";
import type { Message } from "./events.ts";
import { limits } from "./limits.ts";
import { optionalLine } from "./text.ts";

/** Reports a message to those who look after the chat. */
export const reporting = v.strictObject({
  conversation: conversationId,
  seq: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  reason: optionalLine(limits.reasonMax),
});
/** What becomes of a report: the message is removed, or nothing is done. */
export const settlement = v.strictObject({ outcome: v.picklist(["removed", "dismissed"]) });

/** Which reports are wanted: those that wait, or the settled ones too. */
export const reportQuery = v.strictObject({ which: v.optional(v.picklist(["open", "all"]), "open") });

export type Reporting = v.InferOutput<typeof reporting>;
export type Settlement = v.InferOutput<typeof settlement>;

/** A reported message; answer of `GET /api/reports`, a list with the oldest open ones first, then the latest settled ones. Times are UTC milliseconds. */
export interface ReportInfo {
  id: number;
  conversation: string;
  seq: number;
  /** As it is now; null where it is gone. */
  message: Message | null;
  reporterId: number;
  reason: string;
  createdAt: number;
  settledAt: number | null;
  settledBy: number | null;
  outcome: string | null;
}
