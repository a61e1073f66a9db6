import type { ConversationId } from "../protocol/conversation-id.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import type { Message } from "../protocol/events.ts";
import type { MissingRoom } from "./disk.ts";
import type { NewAuditEntry } from "./transaction.ts";

export interface Draft {
  conversation: ConversationId;
  author: number;
  clientId: string;
  text: string;
  createdAt: number;
}

/** What became of a draft: stored with the next number, found stored already, or refused. */
export type Outcome =
  | { kind: "stored" | "duplicate"; message: Message }
  | { kind: "refused"; code: ErrorCode };

export interface Page {
  messages: Message[];
  /** Whether there is more beyond the page, in the direction it was read. */
  more: boolean;
  /** The conversation's head in the same snapshot. */
  head: number;
}

export interface Messages {
  /**
   * Stores the drafts in order, all in one transaction, numbering each conversation without holes; on disk when it
   * resolves. A private conversation comes into being with its first message. One outcome per draft, same order.
   */
  append(drafts: readonly Draft[]): Promise<Outcome[]>;
  /** At most `limit` messages with `seq` below `before` (or the latest), ascending. */
  before(id: ConversationId, before: number | null, limit: number): Promise<Page>;
  /** At most `limit` messages with `seq` at or above `from`, ascending. */
  from(id: ConversationId, from: number, limit: number): Promise<Page>;
  /** At most `limit` messages changed after the cursor `rev`, in the order of their changes. */
  after(id: ConversationId, rev: number, limit: number): Promise<Page>;
  find(id: ConversationId, seq: number): Promise<Message | null>;
  /**
   * Deletes the text of a message: the row stays, with the next number of the conversation as its `rev`. Null when there is
   * no such message, or it is deleted already.
   */
  remove(id: ConversationId, seq: number, at: number, entry?: NewAuditEntry): Promise<Message | null>;
  /** Does the same with at most `limit` messages of an author, in one transaction; gives them in the order of their numbers. */
  removeOf(author: number, at: number, limit: number): Promise<Message[]>;
  /** How many messages of an author there are, deleted ones left out. */
  countOf(author: number): Promise<number>;
  /** At most `limit` messages of an author in a conversation with `seq` above `after`, ascending, deleted ones left out. */
  by(author: number, id: ConversationId, after: number, limit: number): Promise<Message[]>;
  /** Whether messages or accounts were deleted since the last `scrub` began, no matter by which process. */
  isVacuumPending(): Promise<boolean>;
  /**
   * Clears what was deleted out of the files of the database, as far as the database can; `busy` where it cannot now. Gives
   * null when that is done, or how much room it takes where there is too little: then it has taken none.
   */
  vacuum(): Promise<MissingRoom | null>;
}
