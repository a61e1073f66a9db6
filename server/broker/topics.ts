import type { RoomId } from "../protocol/conversation-id.ts";

/** The only topic strings. Whoever is subscribed to a topic gets every event published to it. A room's topic is its id. */
export type Topic = "group" | `user:${string}` | RoomId;

export const groupTopic: Topic = "group";
export const userTopic = (name: string): Topic => `user:${name}`;
