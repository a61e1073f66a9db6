import { type ConversationId, groupId } from "../../server/protocol/conversation-id.ts";
import type { Message } from "../../server/protocol/events.ts";
import { isAbove, may } from "../../server/protocol/roles.ts";
import type { Chat } from "./chat.svelte.ts";

/** What can be done with a message, or to its author because of it. */
export type MessageAction =
  | "react"
  | "reply"
  | "thread"
  | "edit"
  | "copy"
  | "link"
  | "unread"
  | "pin"
  | "unpin"
  | "report"
  | "mute"
  | "delete"
  | "remove"
  | "ban";

/** Those that are asked about before they are done. */
export type AskedAction = Extract<MessageAction, "copy" | "report" | "mute" | "remove" | "ban">;

/** A stored message, as far as one has to know it to do something with it. */
export interface Subject {
  seq: number;
  author: number;
  text: string;
  isPinned: boolean;
  /** The place of the message that began its thread; null where that is open already. */
  thread: number | null;
}

export const subjectOf = ({ seq, author, body, pinned, thread }: Message): Subject => ({
  seq,
  author,
  text: body.text,
  isPinned: pinned !== undefined,
  thread: thread ?? seq,
});

export const entries: Record<MessageAction, { text: string; isGrave?: boolean }> = {
  react: { text: "React" },
  reply: { text: "Reply" },
  thread: { text: "Open thread" },
  edit: { text: "Edit" },
  copy: { text: "Copy text" },
  link: { text: "Copy link" },
  unread: { text: "Mark unread from here" },
  pin: { text: "Pin" },
  unpin: { text: "Unpin" },
  report: { text: "Report…" },
  mute: { text: "Mute author…" },
  delete: { text: "Delete", isGrave: true },
  remove: { text: "Delete…", isGrave: true },
  ban: { text: "Ban author…", isGrave: true },
};

/** What one can do with a message that is still there, in the order of a menu. */
export function messageActions(
  chat: Chat,
  conversation: ConversationId,
  { author, isPinned, thread }: Subject,
): MessageAction[] {
  const { people, me } = chat;
  const isMine = author === me.id;
  const isAboveAuthor = isAbove(people.roleOf(me.id), people.roleOf(author));
  const room = chat.roomOf(conversation);
  const isModerated = conversation === groupId || (room !== null && room.access !== "people");
  const looksAfter = isModerated && !isMine && isAboveAuthor;
  const can = (right: Parameters<typeof may>[1]) => looksAfter && may(people.roleOf(me.id), right);
  const canWrite = chat.mayWriteIn(conversation);
  const canPin = conversation !== groupId || may(people.roleOf(me.id), "message.pin in group");
  const all: [MessageAction, boolean][] = [
    ["react", chat.mayReactIn(conversation)],
    ["reply", canWrite],
    ["thread", thread !== null],
    ["edit", canWrite && isMine],
    ["copy", true],
    ["link", true],
    ["unread", !isMine],
    [isPinned ? "unpin" : "pin", canWrite && canPin],
    ["report", !isMine],
    ["mute", can("people.mute") && people.reachable(author)],
    ["delete", isMine],
    ["remove", can("message.delete any")],
    ["ban", can("people.ban") && people.reachable(author)],
  ];
  return all.flatMap(([action, possible]) => (possible ? [action] : []));
}
