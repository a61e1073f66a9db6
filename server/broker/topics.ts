/** The only topic strings. Whoever is subscribed to a topic gets every event published to it. */
export type Topic = "group" | `user:${string}`;

export const groupTopic: Topic = "group";
export const userTopic = (name: string): Topic => `user:${name}`;
