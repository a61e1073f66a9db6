import { directPair, groupId } from "../protocol/conversation-id.ts";

/** The only topic strings. Whoever is subscribed to a topic gets every event published to it. */
export type Topic = "group" | `user:${string}`;

export const groupTopic: Topic = "group";
export const userTopic = (name: string): Topic => `user:${name}`;

/**
 * Where the events of a conversation go: the group's topic, or those of the two people, so that all devices of both
 * agree. `nameOf` gives a user's name, or null for a deleted account, which has no topic.
 */
export function topicsOf(conversation: string, nameOf: (id: number) => string | null): Topic[] {
  if (conversation === groupId) return [groupTopic];
  const names = (directPair(conversation) ?? []).map(nameOf);
  return names.filter((name) => name !== null).map(userTopic);
}
