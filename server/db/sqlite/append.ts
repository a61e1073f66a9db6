import { and, eq, isNotNull, sql } from "drizzle-orm";
import { type ConversationId, directPair } from "../../protocol/conversation-id.ts";
import type { Draft, Outcome } from "../store.ts";
import { toMessage } from "./messages.ts";
import type { Db } from "./open.ts";
import { conversations, memberships, messages, users } from "./schema.ts";

/** The only writer of messages. Gives a function that stores drafts inside the transaction its caller has begun. */
export function sqliteAppend(db: Db): (drafts: readonly Draft[]) => Outcome[] {
  const statements = prepare(db);

  return (drafts) => {
    const heads = new Map<ConversationId, { head: number; at: number }>();
    const active = new Map<number, boolean>();

    const isActive = (user: number) => {
      const known = active.get(user) ?? statements.active.get({ id: user }) !== undefined;
      active.set(user, known);
      return known;
    };

    const headOf = (id: ConversationId) => {
      const known = heads.get(id) ?? { head: statements.head.get({ id })?.head ?? begin(id), at: 0 };
      heads.set(id, known);
      return known;
    };

    const begin = (id: ConversationId) => {
      statements.conversation.run({ id });
      for (const userId of directPair(id) ?? []) statements.membership.run({ userId, id });
      return 0;
    };

    const store = (draft: Draft): Outcome => {
      if (!isActive(draft.author)) return { kind: "refused", code: "not_signed_in" };
      const stored = statements.byClientId.get({ author: draft.author, clientId: draft.clientId });
      if (stored) {
        const same = stored.conversationId === draft.conversation && stored.text === draft.text;
        return same
          ? { kind: "duplicate", message: toMessage(stored) }
          : { kind: "refused", code: "client_id_reused" };
      }
      const pair = directPair(draft.conversation);
      if (pair && !pair.every(isActive)) return { kind: "refused", code: "person_deleted" };

      const place = headOf(draft.conversation);
      const number = place.head + 1;
      const row = {
        conversationId: draft.conversation,
        seq: number,
        rev: number,
        authorId: draft.author,
        clientId: draft.clientId,
        text: draft.text,
        createdAt: draft.createdAt,
      };
      statements.message.run(row);
      place.head = number;
      place.at = draft.createdAt;
      return { kind: "stored", message: toMessage(row) };
    };

    const outcomes = drafts.map(store);
    for (const [id, { head, at }] of heads) statements.advance.run({ id, head, at });
    return outcomes;
  };
}

function prepare(db: Db) {
  const id = sql.placeholder("id");
  const columns = ["conversationId", "seq", "rev", "authorId", "clientId", "text", "createdAt"] as const;
  const values = Object.fromEntries(columns.map((name) => [name, sql.placeholder(name)]));
  return {
    active: db
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.id, id), isNotNull(users.name)))
      .prepare(),
    head: db
      .select({ head: conversations.head })
      .from(conversations)
      .where(eq(conversations.id, id))
      .prepare(),
    conversation: db.insert(conversations).values({ id, kind: "direct" }).prepare(),
    membership: db
      .insert(memberships)
      .values({ userId: sql.placeholder("userId"), conversationId: id })
      .prepare(),
    byClientId: db
      .select()
      .from(messages)
      .where(
        and(
          eq(messages.authorId, sql.placeholder("author")),
          eq(messages.clientId, sql.placeholder("clientId")),
        ),
      )
      .prepare(),
    message: db
      .insert(messages)
      .values(values as never)
      .prepare(),
    advance: db
      .update(conversations)
      .set({ head: sql`${sql.placeholder("head")}`, lastMessageAt: sql`${sql.placeholder("at")}` })
      .where(eq(conversations.id, id))
      .prepare(),
  };
}
