import * as v from "valibot";
import { conversationId } from "./conversation-id.ts";
import { limits } from "./limits.ts";
import { messageText } from "./text.ts";

/** Names a command in the reply to it; chosen by the client, never interpreted. */
export const ref = v.pipe(v.string(), v.minLength(1), v.maxLength(limits.refMax));

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const epoch = v.pipe(v.string(), v.maxLength(limits.refMax));

/** Text today; an end-to-end encrypted form can stand beside it later. */
export const body = v.strictObject({ text: messageText });

const clientId = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, "must be a UUID in lower case"),
);

/** What a client may ask over the socket, one JSON object a frame. Unknown keys are refused. */
export const commands = {
  /** Begins: asks for everything needed to show the chat. `people` is the tag of the directory the client still has. */
  "chat.enter": v.strictObject({
    type: v.literal("chat.enter"),
    ref,
    people: v.optional(v.pipe(v.string(), v.maxLength(limits.refMax))),
  }),
  /** Stores and delivers a message. The same author and `clientId` again stores nothing and answers the stored one. */
  "message.send": v.strictObject({
    type: v.literal("message.send"),
    ref,
    conversation: conversationId,
    clientId,
    body,
  }),
  /** Deletes a message: one's own, or of the group's any for moderators. */
  "message.delete": v.strictObject({
    type: v.literal("message.delete"),
    ref,
    conversation: conversationId,
    seq: v.pipe(number, v.minValue(1)),
  }),
  /** Asks for what changed after the cursor `after`, in the order of `rev`; repeat until `upTo` is `head`. */
  "conversation.sync": v.strictObject({
    type: v.literal("conversation.sync"),
    ref,
    conversation: conversationId,
    epoch,
    after: number,
  }),
  /** Asks for the page of messages before or after a `seq`, or around one, or for the latest one. */
  "history.read": v.pipe(
    v.strictObject({
      type: v.literal("history.read"),
      ref,
      conversation: conversationId,
      before: v.optional(number),
      after: v.optional(number),
      /** Half of the page is from this `seq` on. */
      around: v.optional(number),
      limit: v.optional(v.pipe(number, v.minValue(1), v.maxValue(limits.historyPageMax))),
    }),
    v.check(
      ({ before, after, around }) => [before, after, around].filter((at) => at !== undefined).length < 2,
      "takes one of before, after and around",
    ),
  ),
  /** Says that everything up to `seq` has been read; never moves backwards. */
  "read.mark": v.strictObject({
    type: v.literal("read.mark"),
    ref,
    conversation: conversationId,
    seq: number,
  }),
  /** Asks for a sign of life. */
  ping: v.strictObject({ type: v.literal("ping"), ref }),
} as const;

export type CommandType = keyof typeof commands;
export type Command = { [T in CommandType]: v.InferOutput<(typeof commands)[T]> }[CommandType];
export type CommandOf<T extends CommandType> = v.InferOutput<(typeof commands)[T]>;
