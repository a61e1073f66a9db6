import { and, asc, count, eq, gt, gte, inArray, isNull, type SQL, sql } from "drizzle-orm";
import type { ConversationId } from "../protocol/conversation-id.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import type { Message } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import type { MentionCause, MessageBody, MessageState } from "../protocol/message-body.ts";
import { Refusal } from "../refusal.ts";
import type { MissingRoom } from "./disk.ts";
import { bodyOf, markOfBody, stateOf, textOfBody, textOfState, toMessage } from "./message-row.ts";
import { type Place, reacted, reactionsOf, withoutReactionsOf } from "./reactions.ts";
import type { Tables } from "./tables.ts";
import {
  done,
  first,
  type NewAuditEntry,
  rows,
  some,
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
  /** The message that began the thread it belongs to; left out for what replies to nothing. */
  thread?: number;
  /** Whom it names, as its readers see it. */
  mentions?: MessageState["mentions"];
  /** Who is meant by it, and why: its author never is. */
  meant?: readonly Meant[];
}

/** Somebody who is meant by a message. */
export interface Meant {
  user: number;
  cause: MentionCause;
}

/** The message that a draft becomes under its number. */
export const storedMessage = ({ meant, ...draft }: Draft, seq: number): Message => ({
  ...draft,
  seq,
  rev: seq,
});

/** What a new message has gathered already, as it is stored; null where nothing. */
export const stateOfDraft = ({ mentions }: Draft): string | null =>
  mentions ? JSON.stringify({ mentions }) : null;

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

/** Only the replies of the thread that the message of this place began. */
export interface Thread {
  thread: number;
}

/** Which messages of a conversation a page is made of, where not of all. */
export type Within = Thread | "pins";

/** What each database does in its own way. */
export interface NativeMessages {
  /**
   * Stores the drafts in order, all in one transaction, numbering each conversation without holes; on disk when it
   * resolves. A private conversation comes into being with its first message. One outcome per draft, same order.
   */
  append(drafts: readonly Draft[]): Promise<Outcome[]>;
  /** At most `limit` messages with `seq` below `before` (or the latest), ascending. */
  before(id: ConversationId, before: number | null, limit: number, within?: Within): Promise<Page>;
  /** At most `limit` messages with `seq` at or above `from`, ascending. */
  from(id: ConversationId, from: number, limit: number, within?: Thread): Promise<Page>;
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
  find: statement(function* ({ db, t: { messages }, once }, id: ConversationId, seq: number) {
    const query = once("message", () => {
      const one = and(
        eq(messages.conversationId, sql.placeholder("id")),
        eq(messages.seq, sql.placeholder("seq")),
      );
      return db.select().from(messages).where(one);
    });
    const found = yield* first(query, { id, seq });
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
        .where(and(eq(messages.authorId, author), isNull(messages.deletedAt), eq(messages.isLine, 0)))
        .orderBy(asc(messages.conversationId), asc(messages.seq))
        .limit(limit),
    );
    return yield* remove(tx, chosen, at);
  }),

  /**
   * Takes back what somebody reacted with, to messages from a place on; gives those in the order of their numbers, and where to go
   * on: null at the end.
   */
  removeReactionsOf: transaction(function* (tx, user: number, after: Place, limit: number) {
    const { found, next } = yield* reactionsOf(tx, user, after, limit);
    const changed = yield* change(tx, found, (row) => {
      const state = stateOf(row);
      const reactions = withoutReactionsOf(state.reactions ?? [], user);
      return { state: textOfState({ ...state, reactions }) };
    });
    return { changed, next };
  }),

  /** What somebody reacted with, to messages from a place on, and where to go on: null at the end. */
  reactionsOf: statement(reactionsOf),

  edit: transaction(editMessage),
  react: transaction(reactTo),
  pin: transaction(pinMessage),

  /** Does all that is asked, in its order within each conversation, and says what became of each. A refusal changes nothing. */
  changeAll: transaction(function* (tx, asked: readonly Asked[]) {
    const outcomes: ChangeOutcome[] = [];
    // By their conversations, in the order in which whoever appends locks them.
    const places = asked.map(([, id], at) => ({ id, at }));
    places.sort((one, other) => (one.id === other.id ? one.at - other.at : one.id < other.id ? -1 : 1));
    for (const { at } of places) {
      try {
        outcomes[at] = { message: yield* doing(tx, asked[at]!) };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        outcomes[at] = { refused: error.code };
      }
    }
    return outcomes;
  }),

  /** Those of these messages that there are, ascending. */
  findAll: statement(function* ({ db, t: { messages } }, id: ConversationId, seqs: readonly number[]) {
    const chosen = and(eq(messages.conversationId, id), inArray(messages.seq, [...seqs]));
    const found = yield* rows(db.select().from(messages).where(chosen).orderBy(asc(messages.seq)));
    return found.map(toMessage);
  }),

  /**
   * The number of the first message that was stored at a moment or after it; the one after the head where there is none. Messages are
   * numbered in the order in which they come, so that halving what is left finds it by the primary key alone.
   */
  firstAt: transaction(function* ({ db, t: { conversations, messages } }, id: ConversationId, at: number) {
    const place = db.select({ head: conversations.head }).from(conversations).where(eq(conversations.id, id));
    let [low, high] = [1, ((yield* first(place))?.head ?? 0) + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const from = and(eq(messages.conversationId, id), gte(messages.seq, middle));
      const columns = { seq: messages.seq, createdAt: messages.createdAt };
      const found = yield* first(
        db.select(columns).from(messages).where(from).orderBy(asc(messages.seq)).limit(1),
      );
      if (found && found.createdAt < at) low = found.seq + 1;
      else high = middle;
    }
    return low;
  }),

  /** How many messages of an author there are, deleted ones left out. */
  countOf: statement(function* ({ db, t: { messages } }, author: number) {
    const theirs = and(eq(messages.authorId, author), isNull(messages.deletedAt), eq(messages.isLine, 0));
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
        .where(and(theirs, gt(messages.seq, after), isNull(messages.deletedAt), eq(messages.isLine, 0)))
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

/** What somebody wants to become of a message: the function that does it, and what that takes. */
export type Asked =
  | [what: "edit", id: ConversationId, seq: number, edit: Edit]
  | [what: "react", id: ConversationId, seq: number, user: number, emoji: string, on: boolean]
  | [what: "pin", id: ConversationId, seq: number, user: number, on: boolean, at: number];

/** The message as it then is, null where it was so already; or why it was refused. */
export type ChangeOutcome = { message: Message | null } | { refused: ErrorCode };

function* doing(tx: Tx, asked: Asked): Work<Message | null> {
  if (asked[0] === "edit") return yield* editMessage(tx, asked[1], asked[2], asked[3]);
  if (asked[0] === "react") return yield* reactTo(tx, asked[1], asked[2], asked[3], asked[4], asked[5]);
  return yield* pinMessage(tx, asked[1], asked[2], asked[3], asked[4], asked[5]);
}

/**
 * Says something else in a message of one's own. Null where it says that already. Refuses who may not, a line of the
 * conversation, and what is not there.
 */
function* editMessage(tx: Tx, id: ConversationId, seq: number, edit: Edit): Work<Message | null> {
  const { author, body, mentions, meant, at } = edit;
  const place = yield* requireWriter(tx, id, author);
  const edited = yield* changeOne(tx, place, seq, (row) => {
    if (row.authorId !== author || row.isLine) throw new Refusal("not_allowed");
    const { replyTo } = bodyOf(row);
    const next = textOfBody({ ...body, ...(replyTo === undefined ? {} : { replyTo }) });
    if (next === row.body) return null;
    return {
      body: next,
      sentMark: row.sentMark ?? markOfBody(row.body!),
      state: textOfState({ ...stateOf(row), mentions, editedAt: at }),
    };
  });
  if (!edited) return yield* unchanged(tx, id, seq);
  yield* mean(tx, id, seq, meant);
  yield* tx.deleted({});
  return edited;
}

/**
 * Adds a reaction, or takes it back. Null where that is so already. Refuses who may not, a line of the conversation, one kind
 * too many, and what is not there.
 */
function* reactTo(
  tx: Tx,
  id: ConversationId,
  seq: number,
  user: number,
  emoji: string,
  on: boolean,
): Work<Message | null> {
  const place = yield* requireWriter(tx, id, user);
  const changed = yield* changeOne(tx, place, seq, (row) => {
    if (row.isLine) throw new Refusal("not_allowed");
    const state = stateOf(row);
    const reactions = reacted(state.reactions ?? [], user, emoji, on);
    if (reactions === null) return null;
    if (reactions.length > limits.reactionKinds) throw new Refusal("too_many");
    return { state: textOfState({ ...state, reactions }) };
  });
  return changed ?? (yield* unchanged(tx, id, seq));
}

/** Pins a message, or takes the pin out. Null where that is so already. Refuses as `react` does. */
function* pinMessage(
  tx: Tx,
  id: ConversationId,
  seq: number,
  user: number,
  on: boolean,
  at: number,
): Work<Message | null> {
  const { db, t } = tx;
  const place = yield* requireWriter(tx, id, user);
  if (on) {
    const pinned = and(eq(t.messages.conversationId, id), eq(t.messages.isPinned, 1));
    const found = yield* first(db.select({ count: count() }).from(t.messages).where(pinned));
    if (Number(found?.count) >= limits.pinsMax) throw new Refusal("too_many");
  }
  const changed = yield* changeOne(tx, place, seq, (row) => {
    if (row.isLine) throw new Refusal("not_allowed");
    if (row.isPinned === Number(on)) return null;
    const { pinned: _, ...state } = stateOf(row);
    const next = on ? { ...state, pinned: { by: user, at } } : state;
    return { isPinned: Number(on), state: textOfState(next) };
  });
  return changed ?? (yield* unchanged(tx, id, seq));
}

/** A conversation that nobody else appends to or changes until the transaction ends. */
interface LockedPlace {
  id: ConversationId;
  head: number;
}

/** What a message says from now on, and whom it means. */
export interface Edit {
  author: number;
  body: Pick<MessageBody, "text">;
  mentions?: MessageState["mentions"];
  meant: readonly Meant[];
  /** UTC milliseconds. */
  at: number;
}

type Row = Tables["messages"]["$inferSelect"];
/** The columns that a change may give another value. */
type Patch = Partial<Pick<Row, "body" | "deletedAt" | "sentMark" | "state" | "isPinned">>;

function* remove(tx: Tx, chosen: readonly Chosen[], at: number): Work<Message[]> {
  const gone = { body: null, deletedAt: at, sentMark: null, state: null, isPinned: 0 };
  const removed = yield* change(tx, chosen, () => gone);
  if (removed.length === 0) return removed;
  for (const { conversation, seq, rev, thread } of removed) {
    yield* mean(tx, conversation, seq, []);
    if (thread !== undefined) yield* countOneLess(tx, conversation, thread, rev);
  }
  yield* tx.deleted({});
  return removed;
}

/**
 * Changes stored messages: each has the next number of its conversation as its `rev`, in the order of their places. Leaves out
 * those that are not there, or deleted, and those to which `patch` gives null. Gives them as they then are, in the order of
 * their conversations and numbers.
 */
export function* change(
  tx: Tx,
  chosen: readonly Chosen[],
  patch: (row: Row) => Patch | null,
): Work<Message[]> {
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

/** The same with one message of a locked conversation, as people change them all the time; null where nothing changes. */
function* changeOne(
  tx: Tx,
  { id, head }: LockedPlace,
  seq: number,
  patch: (row: Row) => Patch | null,
): Work<Message | null> {
  const { conversations, messages } = tx.t;
  const given = (name: string) => sql`${sql.placeholder(name)}`;
  const isIt = () => and(eq(messages.conversationId, given("id")), eq(messages.seq, given("seq")));
  const there = tx.once("message to change", () =>
    tx.db
      .select()
      .from(messages)
      .where(and(isIt(), isNull(messages.deletedAt))),
  );
  const row = yield* first(there, { id, seq });
  const patched = row && patch(row);
  if (!patched) return null;
  const changed = { ...row, ...patched, rev: head + 1 };
  const { rev, body, deletedAt, sentMark, state, isPinned } = changed;
  const changing = tx.once("message changed", () => {
    const columns = ["rev", "body", "deletedAt", "sentMark", "state", "isPinned"];
    const values = Object.fromEntries(columns.map((name) => [name, given(name)]));
    return tx.db.update(messages).set(values).where(isIt());
  });
  yield* done(changing, { id, seq, rev, body, deletedAt, sentMark, state, isPinned });
  const moving = tx.once("place changed", () =>
    tx.db
      .update(conversations)
      .set({ head: given("head") })
      .where(eq(conversations.id, given("id"))),
  );
  yield* done(moving, { id, head: rev });
  return toMessage(changed);
}

function* changeIn(
  tx: Tx,
  id: string,
  head: number,
  seqs: number[],
  patch: (row: Row) => Patch | null,
): Work<Message[]> {
  const { conversations, messages } = tx.t;
  const inConversation = eq(messages.conversationId, id);
  const there = and(inConversation, inArray(messages.seq, seqs), isNull(messages.deletedAt));
  const found = yield* rows(tx.db.select().from(messages).where(there).orderBy(asc(messages.seq)));
  const patches = found.flatMap((row) => {
    const given = patch(row);
    return given === null ? [] : [{ row, given }];
  });
  if (patches.length === 0) return [];
  const changed = patches.map(({ row, given }, at) => ({ ...row, ...given, rev: head + 1 + at }));
  const columns = ["rev", ...new Set(patches.flatMap(({ given }) => Object.keys(given)))] as (keyof Row)[];
  const values = Object.fromEntries(columns.map((column) => [column, bySeq(tx.t, changed, column)]));
  const chosen = and(
    inConversation,
    inArray(
      messages.seq,
      changed.map(({ seq }) => seq),
    ),
  );
  yield* done(tx.db.update(messages).set(values).where(chosen));
  const moved = { head: head + changed.length };
  yield* done(tx.db.update(conversations).set(moved).where(eq(conversations.id, id)));
  return changed.map(toMessage);
}

/** What a column becomes, in one statement for all rows: each has a value of its own. */
function bySeq({ messages }: Tables, changed: readonly Row[], column: keyof Row): SQL {
  const cases = changed.map((row) => sql`when ${row.seq} then ${typed(row[column])}`);
  return sql`case ${messages.seq} ${sql.join(cases, sql` `)} end`;
}

/** PostgreSQL takes values in a CASE for text, unless it is told. */
const typed = (value: string | number | null): SQL =>
  typeof value === "number" ? sql`cast(${value} as bigint)` : value === null ? sql`null` : sql`${value}`;

/** Why nothing was changed: null where all is as it was wished. Refuses what is not there. */
function* unchanged({ db, t: { messages } }: Tx, id: ConversationId, seq: number): Work<null> {
  const one = and(eq(messages.conversationId, id), eq(messages.seq, seq), isNull(messages.deletedAt));
  if (yield* some(db.select({ seq: messages.seq }).from(messages).where(one))) return null;
  throw new Refusal("unknown_message");
}

/** Refuses who has left the conversation or is barred by now, and everybody where it is archived. Nobody else changes it meanwhile. */
function* requireWriter(tx: Tx, id: ConversationId, user: number): Work<LockedPlace> {
  const { conversations, memberships, users } = tx.t;
  const openPlace = tx.once("place to write in", () =>
    tx.locking(
      tx.db
        .select({ head: conversations.head, archivedAt: conversations.archivedAt })
        .from(conversations)
        .where(eq(conversations.id, sql.placeholder("id"))),
    ),
  );
  const place = yield* first(openPlace, { id });
  const membership = and(
    eq(memberships.conversationId, sql.placeholder("id")),
    eq(memberships.userId, sql.placeholder("user")),
  );
  const member = tx.once("who writes", () =>
    tx.db
      .select({ status: users.status })
      .from(memberships)
      .innerJoin(users, eq(users.id, memberships.userId))
      .where(membership),
  );
  const writer = yield* first(member, { id, user });
  if (!place || !writer) throw new Refusal("unknown_conversation");
  if (writer.status !== "active") throw new Refusal("account_barred");
  if (place.archivedAt !== null) throw new Refusal("archived");
  return { id, head: place.head };
}

/** Notes who is meant by a message now; whom it answers still is, while it is there. */
function* mean(
  { db, t: { mentions }, once }: Tx,
  conversationId: ConversationId,
  seq: number,
  meant: readonly Meant[],
): Work<void> {
  const isIt = and(
    eq(mentions.conversationId, sql.placeholder("id")),
    eq(mentions.seq, sql.placeholder("seq")),
  );
  yield* done(
    once("no mentions", () => db.delete(mentions).where(isIt)),
    { id: conversationId, seq },
  );
  if (meant.length === 0) return;
  const values = meant.map(({ user, cause }) => ({ userId: user, conversationId, seq, cause }));
  yield* done(db.insert(mentions).values(values).onConflictDoNothing());
}

/** The message that began the thread counts one less. That is no change of it, and has no number. */
function* countOneLess(
  { db, t: { messages } }: Tx,
  id: ConversationId,
  thread: number,
  rev: number,
): Work<void> {
  const root = and(eq(messages.conversationId, id), eq(messages.seq, thread));
  yield* done(
    db
      .update(messages)
      .set({ replies: sql`${messages.replies} - 1`, repliesUpTo: rev })
      .where(root),
  );
}
