import * as v from "valibot";
import { conversationId } from "../protocol/conversation-id.ts";
import { message } from "../protocol/events.ts";
import type { Signal } from "./signal.ts";

/** What travels between nodes: signals of one of them, in order. */
export interface Frame {
  /** The name of the node. */
  from: string;
  /** Chosen at random by each process of it, so that the numbers of a former one are not taken for its own. */
  run: string;
  /** Of the database, as the sender knew it. */
  epoch: string;
  /** Counts the frames of a run, from 0. */
  number: number;
  signals: Signal[];
}

/** The longest name a node can have. */
export const nodeNameMax = 64;
/** What a frame has at most besides its list of signals, in bytes. */
export const frameRimMax = 250;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const id = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

const signal = v.variant("kind", [
  v.pipe(
    v.strictObject({
      kind: v.literal("grown"),
      conversation: conversationId,
      first: id,
      head: id,
      messages: v.optional(v.array(message)),
    }),
    v.check(({ first, head }) => first <= head),
    v.check(
      ({ conversation, first, head, messages }) =>
        messages === undefined ||
        (messages.length === head - first + 1 &&
          messages.every((each, at) => each.rev === first + at && each.conversation === conversation)),
    ),
  ),
  v.strictObject({
    kind: v.literal("presence"),
    rev: count,
    users: v.array(v.strictObject({ user: id, sockets: count, quiet: v.boolean() })),
  }),
  v.strictObject({
    kind: v.literal("typing"),
    conversation: conversationId,
    person: id,
    isTyping: v.boolean(),
  }),
  v.strictObject({ kind: v.literal("look") }),
]);

const nodeName = v.pipe(v.string(), v.regex(/^[\w.:-]+$/), v.maxLength(nodeNameMax));
const frame = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    from: nodeName,
    run: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
    epoch: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
    number: count,
    signals: v.array(signal),
  }),
);

/** The frame as text; `signals` is a JSON array of signals. Throws on a node name that no frame can carry. */
export function frameText(from: string, run: string, epoch: string, number: number, signals: string): string {
  return `{"from":"${v.parse(nodeName, from)}","run":"${run}","epoch":"${epoch}","number":${number},"signals":${signals}}`;
}

/** What the text says, or null when it is not exactly a frame. */
export function readFrame(text: string): Frame | null {
  const result = v.safeParse(frame, text, { abortEarly: true });
  return result.success ? result.output : null;
}
