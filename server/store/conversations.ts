import { eq } from "drizzle-orm";
import type { ConversationId } from "../protocol/conversation-id.ts";
import type { Conversation } from "../protocol/events.ts";
import type { ReadState } from "./cluster-event.ts";
import { first, rows, statement } from "./transaction.ts";

/** What each database does in its own way. */
export interface NativeConversations {
  /** What a user is a member of, the group first, then by latest message. */
  of(userId: number): Promise<Conversation[]>;
  /** Moves marks forward, never past the head, or back where they say so; answers each mark as it then stands. */
  markRead(marks: ReadMark[]): Promise<ReadState[]>;
}

export type ReadMark = Pick<ReadState, "userId" | "conversation" | "seq" | "back">;

/** How far a member has read. */
export interface Reader {
  person: number;
  seq: number;
}

export const conversations = {
  /** The number of the latest change; 0 for a private conversation nobody wrote in yet. */
  head: statement(function* ({ db, t: { conversations } }, id: ConversationId) {
    const found = yield* first(
      db.select({ head: conversations.head }).from(conversations).where(eq(conversations.id, id)),
    );
    return found?.head ?? 0;
  }),

  /** How far each member has read. */
  readers: statement(function* ({ db, t: { memberships } }, id: ConversationId) {
    const columns = { person: memberships.userId, seq: memberships.lastRead };
    const theirs = db.select(columns).from(memberships).where(eq(memberships.conversationId, id));
    return (yield* rows(theirs.orderBy(memberships.userId))) satisfies Reader[];
  }),
};
