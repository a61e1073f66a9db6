import { and, eq, isNotNull, sql } from "drizzle-orm";
import { type ConversationId, directPair } from "../../protocol/conversation-id.ts";
import type { AccountStatus } from "../../protocol/roles.ts";
import type { Draft, Outcome } from "../messages.ts";
import { type Row, toMessage } from "./messages.ts";
import type { Db } from "./open.ts";
import { prepared } from "./prepared.ts";
import { conversations, memberships, messages, users } from "./schema.ts";

/** The only writer of messages. Gives a function that stores drafts in one transaction. */
export function sqliteAppend(db: Db): (drafts: readonly Draft[]) => Outcome[] {
  const statements = prepare(db);

  const inTransaction = db.$client.transaction((drafts: readonly Draft[]) => {
    const heads = new Map<ConversationId, { head: number; at: number | null }>();
    const accountStatuses = new Map<number, AccountStatus | null>();

    /** Null for who has no account. */
    const statusOf = (user: number) => {
      const known = accountStatuses.get(user) ?? statements.status.get(user)?.status ?? null;
      accountStatuses.set(user, known);
      return known;
    };
    const exists = (user: number) => statusOf(user) !== null;
    const isActive = (user: number) => statusOf(user) === "active";

    /** Where the conversation stands; null while nobody has written in it. */
    const placeIn = (id: ConversationId) => {
      const known = heads.get(id);
      if (known) return known;
      const found = statements.head.get(id);
      return found ? keep(id, found.head) : null;
    };

    const keep = (id: ConversationId, head: number) => {
      const place = { head, at: null };
      heads.set(id, place);
      return place;
    };

    const begin = (id: ConversationId) => {
      statements.conversation.run({ id });
      for (const userId of directPair(id) ?? []) statements.membership.run({ userId, id });
      return keep(id, 0);
    };

    const storedBefore = (draft: Draft): Outcome | null => {
      const stored = statements.byClientId.get(draft.clientId, draft.author);
      if (!stored) return null;
      // Of a message that was deleted nobody can tell any more what it said.
      const isSameText = stored.deleted_at !== null || stored.text === draft.text;
      const same = stored.conversation_id === draft.conversation && isSameText;
      return same
        ? { kind: "duplicate", message: toMessage(stored) }
        : { kind: "refused", code: "client_id_reused" };
    };

    const store = (draft: Draft): Outcome => {
      const { conversation: id, author, clientId, text, createdAt } = draft;
      const status = statusOf(author);
      if (status === null) return { kind: "refused", code: "not_signed_in" };
      if (status !== "active") return { kind: "refused", code: "account_barred" };
      if (!(directPair(id) ?? []).every(exists))
        return storedBefore(draft) ?? { kind: "refused", code: "person_deleted" };
      if (!(directPair(id) ?? []).every(isActive))
        return storedBefore(draft) ?? { kind: "refused", code: "person_barred" };

      let place = placeIn(id);
      if (!place) {
        const before = storedBefore(draft);
        if (before) return before;
        place = begin(id);
      }
      const seq = place.head + 1;
      const { changes } = statements.message.run(id, seq, seq, author, clientId, text, createdAt);
      if (changes === 0) return storedBefore(draft)!;
      Object.assign(place, { head: seq, at: createdAt });
      const message = { conversation: id, seq, rev: seq, author, clientId, body: { text }, createdAt };
      return { kind: "stored", message };
    };

    const outcomes = drafts.map(store);
    for (const [id, { head, at }] of heads) if (at !== null) statements.advance.run(head, at, id);
    return outcomes;
  });
  return (drafts) => inTransaction.immediate(drafts);
}

function prepare(db: Db) {
  const id = sql.placeholder("id");
  const columns = ["conversationId", "seq", "rev", "authorId", "clientId", "text", "createdAt"] as const;
  const values = Object.fromEntries(columns.map((name) => [name, sql.placeholder(name)]));
  return {
    status: prepared<{ status: AccountStatus }, [user: number]>(
      db,
      db
        .select({ status: sql<AccountStatus>`${users.status}`.as("status") })
        .from(users)
        .where(and(eq(users.id, id), isNotNull(users.name))),
    ),
    head: prepared<{ head: number }, [id: string]>(
      db,
      db.select({ head: conversations.head }).from(conversations).where(eq(conversations.id, id)),
    ),
    /** Changes nothing when the author has used the client's id before. */
    message: prepared<unknown, [string, number, number, number, string, string, number]>(
      db,
      db
        .insert(messages)
        .values(values as never)
        .onConflictDoNothing({ target: [messages.clientId, messages.authorId] }),
    ),
    advance: prepared<unknown, [head: number, at: number, id: string]>(
      db,
      db
        .update(conversations)
        .set({ head: sql`${sql.placeholder("head")}`, lastMessageAt: sql`${sql.placeholder("at")}` })
        .where(eq(conversations.id, id)),
    ),
    byClientId: prepared<Row, [clientId: string, author: number]>(
      db,
      db
        .select()
        .from(messages)
        .where(
          and(
            eq(messages.clientId, sql.placeholder("clientId")),
            eq(messages.authorId, sql.placeholder("author")),
          ),
        ),
    ),
    conversation: db.insert(conversations).values({ id, kind: "direct" }).prepare(),
    membership: db
      .insert(memberships)
      .values({ userId: sql.placeholder("userId"), conversationId: id })
      .prepare(),
  };
}
