import { and, asc, count, eq, gt, inArray, isNull, type SQL, sql } from "drizzle-orm";
import type { ConversationId } from "../protocol/conversation-id.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import type { Message } from "../protocol/events.ts";
import type { MessageBody } from "../protocol/message-body.ts";
import type { MissingRoom } from "./disk.ts";
import { markOfBody, textOfBody, toMessage } from "./message-row.ts";
import type { Tables } from "./tables.ts";
import {
  done,
  first,
  type NewAuditEntry,
  rows,
  statement,
  type Tx,
  transaction,
  type Work,
} from "./transaction.ts";

export interface Draft {
  conversation: ConversationId;
  author: number;
  clientId: string;
  body: MessageBody;
  createdAt: number;
}

/** The message that a draft becomes under its number. */
export const storedMessage = (draft: Draft, seq: number): Message => ({ ...draft, seq, rev: seq });

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

/** What each database does in its own way. */
export interface NativeMessages {
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
  /** Whether messages or accounts were deleted since the last `vacuum` began, no matter by which process. */
  isVacuumPending(): Promise<boolean>;
  /**
   * Clears what was deleted out of the files of the database, as far as the database can; `busy` where it cannot now. Gives
   * null when that is done, or how much room it takes where there is too little: then it has taken none.
   */
  vacuum(): Promise<MissingRoom | null>;
}

export const messages = {
  find: statement(function* ({ db, t: { messages } }, id: ConversationId, seq: number) {
    const one = and(eq(messages.conversationId, id), eq(messages.seq, seq));
    const found = yield* first(db.select().from(messages).where(one));
    return found && toMessage(found);
  }),

  /**
   * Deletes the body of a message: the row stays, with the next number of the conversation as its `rev`. Null when there is
   * no such message, or it is deleted already.
   */
  remove: transaction(function* (tx, id: ConversationId, seq: number, at: number, entry?: NewAuditEntry) {
    const [removed] = yield* remove(tx, [{ conversationId: id, seq }], at);
    if (!removed) return null;
    yield* tx.audit(entry);
    return removed;
  }),

  /** Does the same with at most `limit` messages of an author; gives them in the order of their numbers. */
  removeOf: transaction(function* (tx, author: number, at: number, limit: number) {
    const { messages } = tx.t;
    const chosen = yield* rows(
      tx.db
        .select({ conversationId: messages.conversationId, seq: messages.seq })
        .from(messages)
        .where(and(eq(messages.authorId, author), isNull(messages.deletedAt)))
        .orderBy(asc(messages.conversationId), asc(messages.seq))
        .limit(limit),
    );
    return yield* remove(tx, chosen, at);
  }),

  /** How many messages of an author there are, deleted ones left out. */
  countOf: statement(function* ({ db, t: { messages } }, author: number) {
    const theirs = and(eq(messages.authorId, author), isNull(messages.deletedAt));
    const found = yield* first(db.select({ count: count() }).from(messages).where(theirs));
    return Number(found?.count ?? 0);
  }),

  /** At most `limit` messages of an author in a conversation with `seq` above `after`, ascending, deleted ones left out. */
  by: statement(function* (
    { db, t: { messages } },
    author: number,
    id: ConversationId,
    after: number,
    limit: number,
  ) {
    const theirs = and(eq(messages.conversationId, id), eq(messages.authorId, author));
    const found = yield* rows(
      db
        .select()
        .from(messages)
        .where(and(theirs, gt(messages.seq, after), isNull(messages.deletedAt)))
        .orderBy(asc(messages.seq))
        .limit(limit),
    );
    return found.map(toMessage);
  }),
};

interface Chosen {
  conversationId: string;
  seq: number;
}

/**
 * What a message becomes; what is left out stays. An empty patch only gives the message its next number: what changed is stored
 * beside it, as a reaction would be.
 */
export interface MessagePatch {
  body?: MessageBody;
  /** With it the body goes, and what is left of the one that was sent. */
  deletedAt?: number;
}

function* remove(tx: Tx, chosen: readonly Chosen[], at: number): Work<Message[]> {
  const removed = yield* change(tx, chosen, { deletedAt: at });
  if (removed.length > 0) yield* tx.deleted({});
  return removed;
}

/**
 * Changes stored messages: each has the next number of its conversation as its `rev`, in the order of their places. Leaves out
 * those that are not there, or deleted. Gives them as they then are, in the order of their conversations and numbers.
 */
export function* change(tx: Tx, chosen: readonly Chosen[], patch: MessagePatch): Work<Message[]> {
  const { conversations } = tx.t;
  const ids = [...new Set(chosen.map(({ conversationId }) => conversationId))];
  if (ids.length === 0) return [];
  // Whoever appends or changes holds the conversation: numbers are given one after the other, and no message changes meanwhile.
  const places = yield* rows(
    tx.locking(
      tx.db
        .select({ id: conversations.id, head: conversations.head })
        .from(conversations)
        .where(inArray(conversations.id, ids))
        .orderBy(asc(conversations.id)),
    ),
  );
  const changed: Message[] = [];
  for (const { id, head } of places) {
    const seqs = chosen.flatMap(({ conversationId, seq }) => (conversationId === id ? [seq] : []));
    changed.push(...(yield* changeIn(tx, id, head, seqs, patch)));
  }
  return changed;
}

function* changeIn(tx: Tx, id: string, head: number, seqs: number[], patch: MessagePatch): Work<Message[]> {
  const { conversations, messages } = tx.t;
  const chosen = and(
    eq(messages.conversationId, id),
    inArray(messages.seq, seqs),
    isNull(messages.deletedAt),
  );
  const found = yield* rows(tx.db.select().from(messages).where(chosen).orderBy(asc(messages.seq)));
  if (found.length === 0) return [];
  const changed = found.map((row, at) => ({ ...row, rev: head + 1 + at, ...patched(row, patch) }));
  /** One statement for all, with what each row has for itself. */
  const bySeq = (column: (row: Row) => SQL) => {
    const cases = changed.map((row) => sql`when ${row.seq} then ${column(row)}`);
    return sql`case ${messages.seq} ${sql.join(cases, sql` `)} end`;
  };
  const [{ body, deletedAt }] = changed as [Row];
  const rev = bySeq((row) => sql`cast(${row.rev} as bigint)`);
  const sentMark = patch.body ? bySeq((row) => sql`${row.sentMark}`) : null;
  const isPatched = patch.body !== undefined || patch.deletedAt !== undefined;
  const values = isPatched ? { rev, body, deletedAt, sentMark } : { rev };
  yield* done(tx.db.update(messages).set(values).where(chosen));
  const moved = { head: head + changed.length };
  yield* done(tx.db.update(conversations).set(moved).where(eq(conversations.id, id)));
  return changed.map(toMessage);
}

type Row = Tables["messages"]["$inferSelect"];

function patched(row: Row, { body, deletedAt }: MessagePatch): Partial<Row> {
  if (deletedAt !== undefined) return { body: null, deletedAt, sentMark: null };
  if (body === undefined) return {};
  return { body: textOfBody(body), sentMark: row.sentMark ?? markOfBody(row.body!) };
}
