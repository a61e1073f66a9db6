import { and, asc, isNotNull, sql } from "drizzle-orm";
import type { MessageState } from "../protocol/message-body.ts";
import { stateOf } from "./message-row.ts";
import { type Reading, rows, type Work } from "./transaction.ts";

export type Reactions = NonNullable<MessageState["reactions"]>;

/** The place of a message among all, in the order of conversations and numbers. */
export interface Place {
  conversationId: string;
  seq: number;
}

/** Before all messages. */
export const firstPlace: Place = { conversationId: "", seq: 0 };

/** What somebody reacted with, to one message. */
export interface OwnReactions extends Place {
  emoji: string[];
}

/** The reactions with one more, or one less; null where they stay as they are. A kind that nobody has is gone. */
export function reacted(reactions: Reactions, user: number, emoji: string, on: boolean): Reactions | null {
  const kind = reactions.find((one) => one.emoji === emoji);
  if ((kind?.people.includes(user) ?? false) === on) return null;
  if (!kind) return [...reactions, { emoji, people: [user] }];
  const people = on ? [...kind.people, user] : kind.people.filter((one) => one !== user);
  return reactions.flatMap((one) => (one !== kind ? [one] : people.length > 0 ? [{ emoji, people }] : []));
}

/** The reactions without those of somebody; undefined where none is left. */
export function withoutReactionsOf(reactions: Reactions, user: number): Reactions | undefined {
  const left = reactions.flatMap(({ emoji, people }) => {
    const others = people.filter((one) => one !== user);
    return others.length === 0 ? [] : [{ emoji, people: others }];
  });
  return left.length === 0 ? undefined : left;
}

/**
 * Looks through the next `limit` messages that have gathered something, for what somebody reacted with. `next` is where to go on;
 * null at the end.
 */
export function* reactionsOf(
  { db, t: { messages } }: Pick<Reading, "db" | "t">,
  user: number,
  after: Place,
  limit: number,
): Work<{ found: OwnReactions[]; next: Place | null }> {
  const { conversationId, seq, state } = messages;
  const later = sql`(${conversationId}, ${seq}) > (${after.conversationId}, ${after.seq})`;
  const looked = yield* rows(
    db
      .select({ conversationId, seq, state })
      .from(messages)
      .where(and(isNotNull(state), later))
      .orderBy(asc(conversationId), asc(seq))
      .limit(limit),
  );
  const found = looked.flatMap((row) => {
    const own = (stateOf(row).reactions ?? []).filter(({ people }) => people.includes(user));
    const { conversationId, seq } = row;
    return own.length === 0 ? [] : [{ conversationId, seq, emoji: own.map(({ emoji }) => emoji) }];
  });
  const last = looked.length < limit ? undefined : looked.at(-1);
  return { found, next: last ? { conversationId: last.conversationId, seq: last.seq } : null };
}
