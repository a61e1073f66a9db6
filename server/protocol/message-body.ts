import * as v from "valibot";
import { messageText } from "./text.ts";

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** The `seq` of the message that it answers, in the same conversation. */
const replyTo = v.optional(number);

/** What a message says, as its author sends it. */
export const sentBody = v.strictObject({ text: messageText, replyTo });

/** What a conversation says of itself, in a line of its own: who joined, what it is called now. Its author did it. */
export const line = v.object({
  what: v.picklist([
    "made",
    "joined",
    "added",
    "left",
    "removed",
    "renamed",
    "described",
    "writers",
    "archived",
    "restored",
  ]),
  /** The ids of those who were added or removed. */
  people: v.optional(v.array(number)),
  /** What it is called from then on. */
  name: v.optional(v.string()),
  /** Who writes from then on. */
  writers: v.optional(v.picklist(["everyone", "owners"])),
});
export type ConversationLine = v.InferOutput<typeof line>;

/**
 * The same as it is stored and delivered. With a `line` it is no message of a person: it has no text, counts as read, and is neither
 * changed nor answered.
 */
export const messageBody = v.object({ text: v.string(), replyTo, line: v.optional(line) });

export type MessageBody = v.InferOutput<typeof messageBody>;

/** What a deleted message says. */
export const emptyBody: MessageBody = { text: "" };

/** Why somebody is meant by a message: by name, as one of everybody, as one of those online, or as whom it answers. */
export const mentionCauses = ["name", "everyone", "here", "reply"] as const;
export type MentionCause = (typeof mentionCauses)[number];

/** What a message has gathered since it was sent. */
export const messageState = v.object({
  /** When its author changed it last, UTC milliseconds; left out where never. */
  editedAt: v.optional(time),
  /** Who reacted with what, in the order in which each kind came first; left out where nobody did. */
  reactions: v.optional(v.array(v.object({ emoji: v.string(), people: v.array(number) }))),
  /** Who pinned it, and when, UTC milliseconds; left out while it is not pinned. */
  pinned: v.optional(v.object({ by: number, at: time })),
  /** Whom it names, by their ids, and whether it calls everybody, or those who are online; left out where nobody. */
  mentions: v.optional(
    v.object({
      people: v.optional(v.array(number)),
      everyone: v.optional(v.literal(true)),
      here: v.optional(v.literal(true)),
      /** Who wrote the message that it answers, unless it answers its own author. */
      reply: v.optional(number),
    }),
  ),
});

export type MessageState = v.InferOutput<typeof messageState>;
