import * as v from "valibot";

/** The one conversation everyone is in. */
export const groupId = "group";

/** Names a room: who makes it chooses sixteen letters and digits by chance, so that a request that is repeated makes one room. */
export type RoomId = `room:${string}`;

/**
 * Names a conversation: `group`, or `direct:<a>:<b>` for the private one between the users with ids a < b, or a room.
 * Both ends can compute the second form, so a first message needs no "create" and two first messages cannot race.
 */
export type ConversationId = typeof groupId | `direct:${number}:${number}` | RoomId;

const room = /^room:[a-z0-9]{16}$/;

/** Whether it has the form of a room's name. */
export const isRoomId = (id: string): id is RoomId => room.test(id);

/** The name of a room that is to be made, from a UUID that nobody else has. */
export const newRoomId = (uuid: string): RoomId => `room:${uuid.replaceAll("-", "").slice(-16)}`;

const direct = /^direct:([1-9]\d{0,14}):([1-9]\d{0,14})$/;

/** The ids of the two people of a private conversation, smaller first; null for the group and for anything else. */
export function directPair(id: string): [number, number] | null {
  const found = direct.exec(id);
  if (!found) return null;
  const pair: [number, number] = [Number(found[1]), Number(found[2])];
  return pair[0] < pair[1] ? pair : null;
}

/** The id of the private conversation of two different users, whichever is named first. */
export const directId = (a: number, b: number): ConversationId =>
  a < b ? `direct:${a}:${b}` : `direct:${b}:${a}`;

/** The other person of a private conversation; null for the group and for a conversation `user` is not in. */
export function peerOf(id: string, user: number): number | null {
  const pair = directPair(id);
  if (!pair?.includes(user)) return null;
  return pair[0] === user ? pair[1] : pair[0];
}

export const conversationId = v.custom<ConversationId>(
  (id) => typeof id === "string" && (id === groupId || directPair(id) !== null || isRoomId(id)),
  'must be "group", "direct:<a>:<b>" with user ids a < b, or "room:" with 16 letters and digits',
);

export const roomId = v.custom<RoomId>(
  (id) => typeof id === "string" && isRoomId(id),
  'must be "room:" with 16 lower-case letters and digits',
);
