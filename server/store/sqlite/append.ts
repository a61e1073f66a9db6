import { and, eq, exists, isNotNull, sql } from "drizzle-orm";
import { type ConversationId, directPair } from "../../protocol/conversation-id.ts";
import type { ErrorCode } from "../../protocol/errors.ts";
import type { AccountStatus } from "../../protocol/roles.ts";
import { type MessageRow, markOfBody, textOfBody, toMessage } from "../message-row.ts";
import { type Draft, type Outcome, storedMessage } from "../messages.ts";
import type { Db } from "./open.ts";
import { ormOf } from "./orm.ts";
import { namedColumns, prepared } from "./prepared.ts";
import { conversations, memberships, messages, users } from "./schema.ts";

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
      const head = statements.head.get(id)?.head ?? null;
      const place = { pair: directPair(id) ?? [], isNew: head === null, head, at: null, authors: new Map() };
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
    const refusalIn = ({ pair, isNew }: Place, user: number, author: Author): ErrorCode | null => {
      const statuses = pair.map(statusOf);
      if (statuses.includes(null)) return "person_deleted";
      if (statuses.some((status) => status !== "active")) return "person_barred";
      const isMember = isNew ? pair.includes(user) : author.isMember;
      return isMember ? null : "unknown_conversation";
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
      const { changes } = statements.message.run(id, seq, seq, user, clientId, body, createdAt);
      if (changes === 0) return storedBefore(draft, body)!;
      Object.assign(place, { head: seq, at: createdAt });
      return { kind: "stored", message: storedMessage(draft, seq) };
    };

    const outcomes = drafts.map(store);
    for (const [id, { head, at }] of places) if (at !== null) statements.advance.run(head!, at, id);
    return outcomes;
  });
  return (drafts) => inTransaction.immediate(drafts);
}

/** What a transaction knows of a conversation. */
interface Place {
  /** The two people of a private conversation; nobody for any other. */
  pair: readonly number[];
  /** Whether nobody had written in it before: then it belongs to the two whom its id names, and has no members yet. */
  isNew: boolean;
  /** Null until somebody writes in it. */
  head: number | null;
  /** When the latest message of this transaction was written. */
  at: number | null;
  authors: Map<number, Author | null>;
}

/** Who writes in a conversation. */
interface Author {
  status: AccountStatus;
  /** 1 or 0. */
  isMember: number;
}

type StoredBefore = MessageRow & { sentMark: string | null };

/** Whether a draft is the message that is stored. Of one that was deleted nobody can tell any more what it said. */
const isAsSent = ({ body, deletedAt, sentMark }: StoredBefore, sent: string): boolean =>
  deletedAt !== null || (sentMark === null ? body === sent : sentMark === markOfBody(sent));

function prepare(opened: Db) {
  const db = ormOf(opened);
  const id = sql.placeholder("id");
  const columns = ["conversationId", "seq", "rev", "authorId", "clientId", "body", "createdAt"] as const;
  const given = Object.fromEntries(columns.map((name) => [name, sql.placeholder(name)]));
  const values = { ...given, isLine: sql`0`, isPinned: sql`0` };
  const membership = db
    .select({ userId: memberships.userId })
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
    head: prepared<{ head: number }, [id: string]>(
      opened,
      db.select({ head: conversations.head }).from(conversations).where(eq(conversations.id, id)),
    ),
    /** One statement for both, and no join: that takes ten times as long as EXISTS. */
    author: prepared<Author, [id: string, user: number]>(
      opened,
      db
        .select({
          status: sql<AccountStatus>`${users.status}`.as("status"),
          isMember: exists(membership).as("isMember"),
        })
        .from(users)
        .where(and(eq(users.id, sql.placeholder("user")), isNotNull(users.name))),
    ),
    /** Changes nothing when the author has used the client's id before. */
    message: prepared<unknown, [string, number, number, number, string, string, number]>(
      opened,
      db
        .insert(messages)
        .values(values as never)
        .onConflictDoNothing({ target: [messages.clientId, messages.authorId] }),
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
