import { eq } from "drizzle-orm";
import type { ConversationId } from "../protocol/conversation-id.ts";
import type { Conversation } from "../protocol/events.ts";
import type { ReadState } from "./cluster-event.ts";
import { first, statement } from "./transaction.ts";

/** What each database does in its own way. */
export interface NativeConversations {
  /** What a user is a member of, the group first, then by latest message. */
  of(userId: number): Promise<Conversation[]>;
  /** Moves marks forward, never back nor past the head; answers each mark as it then stands. */
  markRead(marks: ReadMark[]): Promise<ReadState[]>;
}

export type ReadMark = Omit<ReadState, "unread">;

export const conversations = {
  /** The number of the latest change; 0 for a private conversation nobody wrote in yet. */
  head: statement(function* ({ db, t: { conversations } }, id: ConversationId) {
    const found = yield* first(
      db.select({ head: conversations.head }).from(conversations).where(eq(conversations.id, id)),
    );
    return found?.head ?? 0;
  }),
};
