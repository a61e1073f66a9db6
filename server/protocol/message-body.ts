import * as v from "valibot";
import { messageText } from "./text.ts";

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** The `seq` of the message that it answers, in the same conversation. */
const replyTo = v.optional(number);

/** What a message says, as its author sends it. */
export const sentBody = v.strictObject({ text: messageText, replyTo });

/** The same as it is stored and delivered. */
export const messageBody = v.object({ text: v.string(), replyTo });

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
