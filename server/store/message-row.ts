import { createHash } from "node:crypto";
import type { ConversationId } from "../protocol/conversation-id.ts";
import type { Conversation, Message } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import { emptyBody, type MessageBody, type MessageState, messageBody } from "../protocol/message-body.ts";
import { byteLength } from "../protocol/text.ts";
import type { Tables } from "./tables.ts";

type Selected = Tables["messages"]["$inferSelect"];

/** A row of `messages` as it is selected; PostgreSQL gives large numbers as text to those who ask it without Drizzle. */
export type MessageRow = {
  [Column in Exclude<keyof Selected, "sentMark" | "isLine" | "isPinned">]: number extends Selected[Column]
    ? Selected[Column] | string
    : Selected[Column];
};

/** The message that a row holds. */
export const toMessage = (row: MessageRow): Message => ({
  conversation: row.conversationId as ConversationId,
  seq: Number(row.seq),
  rev: Number(row.rev),
  author: Number(row.authorId),
  clientId: row.clientId,
  body: bodyOf(row),
  createdAt: Number(row.createdAt),
  ...(row.deletedAt === null ? {} : { deletedAt: Number(row.deletedAt) }),
  ...(row.thread === null ? {} : { thread: Number(row.thread) }),
  ...repliesOf(row),
  ...stateOf(row),
});

function repliesOf({ replies, repliesUpTo }: MessageRow) {
  const upTo = Number(repliesUpTo);
  return upTo === 0 ? {} : { replies: { count: Number(replies), upTo } };
}

/** How much of a page a row takes, in bytes. */
export const sizeOf = ({ body, state }: Pick<MessageRow, "body" | "state">): number =>
  byteLength(body ?? "") + (state?.length ?? 0);

export const bodyOf = ({ body }: Pick<MessageRow, "body">): MessageBody =>
  body === null ? emptyBody : JSON.parse(body);

export const stateOf = ({ state }: Pick<MessageRow, "state">): MessageState =>
  state === null ? {} : JSON.parse(state);

/** Null where there is nothing to say. */
export function textOfState({ reactions, ...others }: MessageState): string | null {
  const text = JSON.stringify({ ...others, ...(reactions?.length ? { reactions } : {}) });
  return text === "{}" ? null : text;
}

const fields = Object.keys(messageBody.entries) as (keyof MessageBody)[];

/**
 * A body as it is stored: JSON without spaces, its fields in the order of the schema. One body has one text, so that a message
 * that is sent again is known by it.
 */
export const textOfBody = (body: MessageBody): string => JSON.stringify(inOrder(body));

/** The same before it is text: only the fields of the schema, in its order. */
export function inOrder(body: MessageBody): MessageBody {
  const named = fields.filter((field) => body[field] !== undefined).map((field) => [field, body[field]]);
  return Object.fromEntries(named);
}

/**
 * What is left of a body as it was sent once its author changed it, so that the message is known when it is sent again: the first
 * four digits of its SHA-256 in hexadecimal. From so few nobody learns what it said.
 */
export const markOfBody = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 4);

type LatestRow = Pick<MessageRow, "seq" | "authorId" | "body" | "createdAt" | "deletedAt">;

/** A message as the last line of its conversation in a list. */
export function latestOf(row: LatestRow): NonNullable<Conversation["latest"]> {
  const { text, line } = bodyOf(row);
  return {
    seq: Number(row.seq),
    author: Number(row.authorId),
    text: text.slice(0, limits.previewMax).toWellFormed(),
    at: Number(row.createdAt),
    ...(line ? { line } : {}),
    ...(row.deletedAt === null ? {} : { deleted: true }),
  };
}
