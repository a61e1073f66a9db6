import type { Message } from "../../server/protocol/events.ts";
import type { Unsent } from "../app/unsent.ts";
import { replyCounts } from "./replies.ts";
import { lineWords } from "./rooms/line-words.ts";
import type { SystemLine } from "./system-lines.svelte.ts";

/** `lead` is the first of a run of messages by one author: it shows who and when. */
export interface MessageRow {
  kind: "message";
  key: string;
  seq: number | null;
  author: number;
  clientId: string;
  text: string;
  at: number;
  lead: boolean;
  /** Somebody has deleted it, and nothing is left of what it said. */
  deleted: boolean;
  /** The stored message with all that belongs to it; null for what is still to be sent. */
  message: Message | null;
  /** The place of the message that it answers; null where none. */
  answers: number | null;
  /** How many messages its thread has besides. */
  replies: number;
  /** Null for what is stored; otherwise whether it waits, or why it failed. */
  pending: { failed: string | null } | null;
}

export type Row =
  | MessageRow
  | { kind: "day"; key: string; at: number }
  | { kind: "unread"; key: string }
  | { kind: "notice"; key: string; at: number; text: string };

export interface Log {
  me: number;
  /** The name of a person. */
  nameOf(id: number): string;
  messages: readonly Message[];
  /** Messages that are not known to be stored; they stand after all others. */
  pending: readonly Pick<Unsent, "clientId" | "text" | "at" | "failed" | "replyTo">[];
  systemLines: readonly SystemLine[];
  /** The new part begins with the message of this `seq`; null when there is none. */
  newFrom: number | null;
  /** The local day of a moment. */
  dayOf(at: number): number;
}

const sameRun = 5 * 60_000;

/** What the log shows, from top to bottom: days, runs of messages, where the new part begins, and notices. */
export function rowsOf({ me, nameOf, messages, pending, systemLines, newFrom, dayOf }: Log): Row[] {
  const rows: Row[] = [];
  const waiting = [...systemLines];
  let lastDay: number | null = null;

  const startDay = (at: number) => {
    const today = dayOf(at);
    if (lastDay !== null && today <= lastDay) return;
    lastDay = today;
    rows.push({ kind: "day", key: `day ${today}`, at });
  };
  const tell = (before: number) => {
    while (waiting[0] && waiting[0].after < before) {
      const { id, at, text } = waiting.shift()!;
      startDay(at);
      rows.push({ kind: "notice", key: `notice ${id}`, at, text });
    }
  };
  const say = (row: Omit<MessageRow, "kind" | "lead" | "key">) => {
    startDay(row.at);
    const last = rows.at(-1);
    const lead = last?.kind !== "message" || last.author !== row.author || row.at - last.at > sameRun;
    rows.push({ kind: "message", key: `${row.author} ${row.clientId}`, ...row, lead });
  };

  const replies = replyCounts(messages);
  for (const message of messages) {
    const { seq, author, clientId, body, createdAt, deletedAt } = message;
    const deleted = deletedAt !== undefined;
    tell(seq);
    if (seq === newFrom) {
      startDay(createdAt);
      rows.push({ kind: "unread", key: "unread" });
    }
    if (body.line) {
      startDay(createdAt);
      const text = lineWords(body.line, author, nameOf);
      rows.push({ kind: "notice", key: `line ${seq}`, at: createdAt, text });
      continue;
    }
    const stored = { seq, message, answers: body.replyTo ?? null, replies: replies.get(seq) ?? 0 };
    say({ ...stored, author, clientId, text: body.text, at: createdAt, deleted, pending: null });
  }
  tell(Number.POSITIVE_INFINITY);
  for (const { clientId, text, at, failed, replyTo = null } of pending) {
    const unsent = { seq: null, message: null, answers: replyTo, replies: 0, deleted: false };
    say({ ...unsent, author: me, clientId, text, at, pending: { failed } });
  }
  return rows;
}
