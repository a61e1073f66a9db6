import { and, eq, isNotNull, sql } from "drizzle-orm";
import { type ConversationId, directPair } from "../../protocol/conversation-id.ts";
import type { ErrorCode } from "../../protocol/errors.ts";
import { type AccountStatus, may, type Role } from "../../protocol/roles.ts";
import { type MessageRow, markOfBody, textOfBody, toMessage } from "../message-row.ts";
import { type Draft, type Outcome, stateOfDraft, storedMessage } from "../messages.ts";
import type { Db } from "./open.ts";
import { ormOf } from "./orm.ts";
import { namedColumns, prepared } from "./prepared.ts";
import { conversations, memberships, mentions, messages, users } from "./schema.ts";

/** The only writer of messages. Gives a function that stores drafts in one transaction, where it also decides who may write. */
export function sqliteAppend(db: Db): (drafts: readonly Draft[]) => Outcome[] {
  const statements = prepare(db);

  const inTransaction = db.$client.transaction((drafts: readonly Draft[]) => {
    const places = new Map<ConversationId, Place>();
    const accountStatuses = new Map<number, AccountStatus | null>();

    /** Null for who has no account. */
    const statusOf = (user: number) => {
      const known = accountStatuses.get(user) ?? statements.status.get(user)?.status ?? null;
      accountStatuses.set(user, known);
      return known;
    };

    const placeOf = (id: ConversationId): Place => {
      const known = places.get(id);
      if (known) return known;
      const { head, archivedAt, isForReading } = statements.place.get(id) ?? nowhere;
      const pair = directPair(id) ?? [];
      const isNew = head === null;
      const place = { pair, isNew, head, archivedAt, isForReading, at: null, authors: new Map() };
      places.set(id, place);
      return place;
    };

    /** Null for who has no account. */
    const authorIn = (id: ConversationId, { authors }: Place, user: number) => {
      const known = authors.get(user);
      if (known !== undefined) return known;
      const author = statements.author.get(id, user);
      authors.set(user, author);
      if (author) accountStatuses.set(user, author.status);
      return author;
    };

    const begin = (id: ConversationId, place: Place) => {
      statements.conversation.run(id, "direct", 0);
      for (const userId of place.pair) statements.membership.run(userId, id, 0);
      place.head = 0;
    };

    const storedBefore = (draft: Draft, body: string): Outcome | null => {
      const stored = statements.byClientId.get(draft.clientId, draft.author);
      if (!stored) return null;
      const same = stored.conversationId === draft.conversation && isAsSent(stored, body);
      return same
        ? { kind: "duplicate", message: toMessage(stored) }
        : { kind: "refused", code: "client_id_reused" };
    };

    /** Why nothing new is stored in a conversation; null where it is. */
    const refusalIn = (place: Place, user: number, author: Author): ErrorCode | null => {
      const { pair, isNew, archivedAt, isForReading } = place;
      const statuses = pair.map(statusOf);
      if (statuses.includes(null)) return "person_deleted";
      if (statuses.some((status) => status !== "active")) return "person_barred";
      const isMember = isNew ? pair.includes(user) : author.isOwner !== null;
      if (!isMember) return "unknown_conversation";
      if (archivedAt !== null) return "archived";
      const looksAfter = author.isOwner === 1 || may(author.role, "room.manage");
      return isForReading === 1 && !looksAfter ? "read_only" : null;
    };

    const store = (draft: Draft): Outcome => {
      const { conversation: id, author: user, clientId, createdAt } = draft;
      const body = textOfBody(draft.body);
      const place = placeOf(id);
      const author = authorIn(id, place, user);
      if (author === null) return { kind: "refused", code: "not_signed_in" };
      if (author.status !== "active") return { kind: "refused", code: "account_barred" };

      const code = refusalIn(place, user, author);
      if (code !== null) return storedBefore(draft, body) ?? { kind: "refused", code };
      if (place.head === null) {
        const before = storedBefore(draft, body);
        if (before) return before;
        begin(id, place);
      }
      const seq = place.head! + 1;
      const { thread, meant = [] } = draft;
      const state = stateOfDraft(draft);
      const stored = statements.message.run(
        id,
        seq,
        seq,
        user,
        clientId,
        body,
        createdAt,
        state,
        thread ?? null,
      );
      if (stored.changes === 0) return storedBefore(draft, body)!;
      if (thread !== undefined) statements.replied.run(seq, id, thread);
      for (const { user: whom, cause } of meant) statements.mention.run(whom, id, seq, cause);
      Object.assign(place, { head: seq, at: createdAt });
      return { kind: "stored", message: storedMessage(draft, seq) };
    };

    const outcomes = drafts.map(store);
    for (const [id, { head, at }] of places) if (at !== null) statements.advance.run(head!, at, id);
    return outcomes;
  });
  return (drafts) => inTransaction.immediate(drafts);
}

/** What is written down of a conversation. */
interface Stored {
  /** Null until somebody writes in it. */
  head: number | null;
  archivedAt: number | null;
  /** 1 or 0. */
  isForReading: number;
}

const nowhere: Stored = { head: null, archivedAt: null, isForReading: 0 };

/** What a transaction knows of a conversation. */
interface Place extends Stored {
  /** The two people of a private conversation; nobody for any other. */
  pair: readonly number[];
  /** Whether nobody had written in it before: then it belongs to the two whom its id names, and has no members yet. */
  isNew: boolean;
  /** When the latest message of this transaction was written. */
  at: number | null;
  authors: Map<number, Author | null>;
}

/** Who writes in a conversation. */
interface Author {
  status: AccountStatus;
  role: Role;
  /** Whether they look after it: 1 or 0; null for who is not in it. */
  isOwner: number | null;
}

type StoredBefore = MessageRow & { sentMark: string | null };

/** Whether a draft is the message that is stored. Of one that was deleted nobody can tell any more what it said. */
const isAsSent = ({ body, deletedAt, sentMark }: StoredBefore, sent: string): boolean =>
  deletedAt !== null || (sentMark === null ? body === sent : sentMark === markOfBody(sent));

function prepare(opened: Db) {
  const db = ormOf(opened);
  const id = sql.placeholder("id");
  const columns = [
    "conversationId",
    "seq",
    "rev",
    "authorId",
    "clientId",
    "body",
    "createdAt",
    "state",
    "thread",
  ];
  const given = Object.fromEntries(columns.map((name) => [name, sql.placeholder(name)]));
  const values = { ...given, isLine: sql`0`, replies: sql`0`, repliesUpTo: sql`0`, isPinned: sql`0` };
  const membership = db
    .select({ isOwner: memberships.isOwner })
    .from(memberships)
    .where(and(eq(memberships.userId, users.id), eq(memberships.conversationId, id)));
  return {
    status: prepared<{ status: AccountStatus }, [user: number]>(
      opened,
      db
        .select({ status: sql<AccountStatus>`${users.status}`.as("status") })
        .from(users)
        .where(and(eq(users.id, id), isNotNull(users.name))),
    ),
    place: prepared<Stored, [id: string]>(
      opened,
      db
        .select({
          head: conversations.head,
          archivedAt: sql<number | null>`${conversations.archivedAt}`.as("archivedAt"),
          isForReading: sql<number>`${conversations.isForReading}`.as("isForReading"),
        })
        .from(conversations)
        .where(eq(conversations.id, id)),
    ),
    /** One statement for both, and no join: that takes ten times as long as a query within. */
    author: prepared<Author, [id: string, user: number]>(
      opened,
      db
        .select({
          status: sql<AccountStatus>`${users.status}`.as("status"),
          role: sql<Role>`${users.role}`.as("role"),
          isOwner: sql<number | null>`(${membership})`.as("isOwner"),
        })
        .from(users)
        .where(and(eq(users.id, sql.placeholder("user")), isNotNull(users.name))),
    ),
    /** Changes nothing when the author has used the client's id before. */
    message: prepared<
      unknown,
      [string, number, number, number, string, string, number, state: string | null, thread: number | null]
    >(
      opened,
      db
        .insert(messages)
        .values(values as never)
        .onConflictDoNothing({ target: [messages.clientId, messages.authorId] }),
    ),
    replied: prepared<unknown, [seq: number, id: string, thread: number]>(
      opened,
      db
        .update(messages)
        .set({ replies: sql`${messages.replies} + 1`, repliesUpTo: sql`${sql.placeholder("seq")}` })
        .where(and(eq(messages.conversationId, id), eq(messages.seq, sql.placeholder("thread")))),
    ),
    mention: prepared<unknown, [user: number, id: string, seq: number, cause: string]>(
      opened,
      db
        .insert(mentions)
        .values({
          userId: sql.placeholder("user"),
          conversationId: id,
          seq: sql.placeholder("seq"),
          cause: sql.placeholder("cause") as never,
        })
        .onConflictDoNothing(),
    ),
    advance: prepared<unknown, [head: number, at: number, id: string]>(
      opened,
      db
        .update(conversations)
        .set({ head: sql`${sql.placeholder("head")}`, lastMessageAt: sql`${sql.placeholder("at")}` })
        .where(eq(conversations.id, id)),
    ),
    byClientId: prepared<StoredBefore, [clientId: string, author: number]>(
      opened,
      db
        .select(namedColumns(messages))
        .from(messages)
        .where(
          and(
            eq(messages.clientId, sql.placeholder("clientId")),
            eq(messages.authorId, sql.placeholder("author")),
          ),
        ),
    ),
    conversation: prepared<unknown, [id: string, kind: "direct", head: number]>(
      opened,
      db.insert(conversations).values({
        id,
        kind: sql.placeholder("kind"),
        head: sql.placeholder("head"),
        isForReading: sql`0`,
      }),
    ),
    membership: prepared<unknown, [user: number, id: string, lastRead: number]>(
      opened,
      db.insert(memberships).values({
        userId: sql.placeholder("userId"),
        conversationId: id,
        lastRead: sql.placeholder("lastRead"),
        seesFrom: sql`1`,
        isOwner: sql`0`,
      }),
    ),
  };
}
