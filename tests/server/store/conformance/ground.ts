import { createHash } from "node:crypto";
import type { AuditEvent } from "../../../../server/protocol/audit.ts";
import type { ConversationId } from "../../../../server/protocol/conversation-id.ts";
import type { Draft, Outcome } from "../../../../server/store/messages.ts";
import type { Store } from "../../../../server/store/store.ts";
import type { NewAuditEntry } from "../../../../server/store/transaction.ts";

/** A fresh store, and what a test does to it behind its back. Every kind of store brings its own. */
export interface Ground {
  store: Store;
  /** Runs a statement that every database understands. */
  run(statement: string): Promise<void>;
  /** Statements that would write a line of the audit log over the one of this id, in all ways that this database has. */
  replacing(id: number): string[];
  /** Makes the database refuse to store a message with this text, as a broken disk or a bug would. */
  failOn(text: string): Promise<void>;
  /**
   * Makes a transaction stop before it writes its line of the audit log: says when one has, and lets it go on. Where a
   * transaction takes one turn there is nothing to stop.
   */
  holdAudit(): Promise<{ reached(): Promise<void>; release(): Promise<void> }>;
}

export type OpenGround = () => Promise<Ground>;

/** Makes accounts with these names; their ids count from 1 on a fresh store. */
export async function settle(store: Store, ...names: string[]): Promise<void> {
  for (const name of names) await store.users.create({ name, passwordHash: "1:hash", createdAt: 1 });
}

/** What sessions, tickets and recovery codes are found by. */
export const idOf = (token: string): Buffer => createHash("sha256").update(token).digest();

export const entryOf = (event: AuditEvent, more: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  at: 50,
  event,
  actorId: 1,
  subjectId: 2,
  address: "192.0.2.7",
  detail: { why: "it was asked for" },
  ...more,
});

let ids = 0;
export const uuid = (): string => `00000000-0000-7000-8000-${String(ids++).padStart(12, "0")}`;

export const draft = (text: string, author = 1, conversation: ConversationId = "group"): Draft => ({
  conversation,
  author,
  clientId: uuid(),
  body: { text },
  createdAt: 1000 + ids,
});

/** The message of an outcome; fails the test for a refusal. */
export function messageOf(outcome: Outcome | undefined) {
  if (!outcome || outcome.kind === "refused") throw new Error(`Refused: ${JSON.stringify(outcome)}`);
  return outcome.message;
}

/** What the store holds of a conversation, read in pages as a client would. */
export async function logOf(store: Store, id: ConversationId = "group") {
  const log = [];
  let cursor = 0;
  for (;;) {
    const page = await store.messages.after(id, cursor, 200);
    log.push(...page.messages);
    if (!page.more) return log;
    cursor = page.messages.at(-1)!.rev;
  }
}
