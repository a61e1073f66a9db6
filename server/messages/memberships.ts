import { type ConversationId, directPair, groupId } from "../protocol/conversation-id.ts";
import { Refusal } from "../refusal.ts";

/**
 * Refuses whoever is not in the conversation. Everyone signed in is in the group; a private conversation names its two
 * people in its id. Whether it exists is not told, so nobody learns who talks with whom.
 */
export function requireMember(user: number, conversation: ConversationId): void {
  if (conversation === groupId || directPair(conversation)?.includes(user)) return;
  throw new Refusal("unknown_conversation");
}
