import { groupId } from "../../server/protocol/conversation-id.ts";
import type { Message } from "../../server/protocol/events.ts";
import { isAbove, may } from "../../server/protocol/roles.ts";
import type { Call } from "../transport/call.ts";
import type { Chat } from "./chat.svelte.ts";

/** What can be done with a message, and with whoever wrote it. */
export type MessageAct = "copy" | "delete" | "report" | "mute" | "ban";

type Place = Pick<Message, "conversation" | "seq">;

/** What this person may do with a stored message, in the order of a menu; nothing with one that is deleted. */
export function actsFor(
  { me, role, people }: Pick<Chat, "me" | "role" | "people">,
  { conversation, author, deletedAt }: Pick<Message, "conversation" | "author" | "deletedAt">,
): MessageAct[] {
  if (deletedAt !== undefined) return [];
  const isMine = author === me.id;
  const isAboveAuthor = isAbove(role, people.roleOf(author));
  const isModerated = conversation === groupId && may(role, "message.delete any") && isAboveAuthor;
  const isHere = people.reachable(author);
  const all: [MessageAct, boolean][] = [
    ["copy", true],
    ["delete", isMine || isModerated],
    ["report", !isMine],
    ["mute", isHere && isAboveAuthor && may(role, "people.mute")],
    ["ban", isHere && isAboveAuthor && may(role, "people.ban")],
  ];
  return all.flatMap(([act, can]) => (can ? [act] : []));
}

/** Deletes a message for everybody; throws `Refused`. */
export const deleteMessage = (
  { connection }: Pick<Chat, "connection">,
  { conversation, seq }: Place,
): Promise<void> => connection.request({ type: "message.delete", conversation, seq });

/** Shows a message to the moderators, with a reason that may be empty; throws `Refused`. */
export const reportMessage = (call: Call, { conversation, seq }: Place, reason: string): Promise<void> =>
  call("POST", "/api/reports", { conversation, seq, reason });
