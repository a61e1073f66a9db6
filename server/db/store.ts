import type { ConversationId } from "../protocol/conversation-id.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import type { Conversation, Message, Person } from "../protocol/events.ts";

/**
 * Everything the program keeps, behind one narrow asynchronous door, so that another database can stand beside SQLite.
 * Times are UTC milliseconds. Every method throws Refusal("storage_full") when the disk is full, and
 * "busy" when the database cannot take it now, having changed nothing; where the answer of another machine did not come in
 * time, what was asked for may still get done.
 */
export interface Store {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly conversations: Conversations;
  readonly messages: Messages;
  /** Names the incarnation of the database, as last read; changes when a backup was restored. */
  readonly epoch: string;
  close(): void | Promise<void>;
}

export interface User {
  id: number;
  name: string;
  passwordHash: string;
  createdAt: number;
  lastSignInAt: number | null;
}

export interface Users {
  /**
   * Adds an account, with its first session where one is given, both or neither, and makes it a member of the group,
   * which starts out as read; null when the name is taken.
   */
  create(
    user: { name: string; passwordHash: string; createdAt: number },
    session?: { id: Buffer; device: string },
  ): Promise<User | null>;
  /** Without regard to case; null when there is none. */
  byName(name: string): Promise<User | null>;
  byId(id: number): Promise<User | null>;
  /** Everyone who has or had an account, by id. */
  directory(): Promise<Person[]>;
  signedIn(id: number, at: number): Promise<void>;
  /** Sets another password and ends all sessions, both or neither; `by` is the session that asked for it. */
  setPassword(id: number, passwordHash: string, by?: Buffer): Promise<void>;
  /** Forgets name, password, sessions and memberships; messages stay, under the id. */
  remove(id: number): Promise<void>;
}

export interface Session {
  /** SHA-256 of the token. */
  id: Buffer;
  userId: number;
  userName: string;
  createdAt: number;
  seenAt: number;
}

export interface Sessions {
  create(session: { id: Buffer; userId: number; device: string; createdAt: number }): Promise<void>;
  /** The session with this id whose account still exists, expired or not; null when there is none. */
  find(id: Buffer): Promise<Session | null>;
  touch(id: Buffer, at: number): Promise<void>;
  remove(id: Buffer): Promise<void>;
  /** Ends the sessions not seen since `seenBefore` or begun before `createdBefore`. */
  removeExpired(seenBefore: number, createdBefore: number): Promise<void>;
}

export interface Conversations {
  /** What a user is a member of, the group first, then by latest message. */
  of(userId: number): Promise<Conversation[]>;
  /** The number of the latest change; 0 for a private conversation nobody wrote in yet. */
  head(id: ConversationId): Promise<number>;
  /** Moves marks forward, never back nor past the head; answers each mark as it then stands. */
  markRead(marks: ReadMark[]): Promise<ReadState[]>;
}

export interface ReadMark {
  userId: number;
  conversation: ConversationId;
  seq: number;
}

export interface ReadState extends ReadMark {
  /** Messages of others after the mark, counted up to `limits.unreadMax`. */
  unread: number;
}

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
  /** At most `limit` messages changed after the cursor `rev`, in the order of their changes. */
  after(id: ConversationId, rev: number, limit: number): Promise<Page>;
}
