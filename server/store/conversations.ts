import type { ConversationId } from "../protocol/conversation-id.ts";
import type { Conversation } from "../protocol/events.ts";
import type { ReadState } from "./cluster-event.ts";

export interface Conversations {
  /** What a user is a member of, the group first, then by latest message. */
  of(userId: number): Promise<Conversation[]>;
  /** The number of the latest change; 0 for a private conversation nobody wrote in yet. */
  head(id: ConversationId): Promise<number>;
  /** Moves marks forward, never back nor past the head; answers each mark as it then stands. */
  markRead(marks: ReadMark[]): Promise<ReadState[]>;
}

export type ReadMark = Omit<ReadState, "unread">;
