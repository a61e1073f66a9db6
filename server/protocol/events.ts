import * as v from "valibot";
import { alert } from "./alerts.ts";
import { conversationId } from "./conversation-id.ts";
import { type ErrorCode, errorCodes } from "./errors.ts";

const id = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ref = v.string();

/** What is told to the other devices of an account. */
export const accountNews = [
  "session.began",
  "password.changed",
  "password.reset",
  "code.added",
  "code.removed",
  "recovery.renewed",
  "recovery.used",
  "passkey.added",
  "passkey.removed",
  "provider.linked",
  "provider.unlinked",
] as const;
export type AccountNews = (typeof accountNews)[number];

/** Someone who has, or once had, an account. `name` is null once it was deleted; the id is never given again. */
export const person = v.object({
  id,
  name: v.nullable(v.string()),
  /** Left out for a member. */
  role: v.optional(v.picklist(["moderator", "admin", "owner"])),
  /** While the account is suspended or banned, so that nothing can be sent to it; left out otherwise. */
  barred: v.optional(v.literal(true)),
});

/** A stored message. `seq` is its place, `rev` the number of its latest change; both count in one row per conversation. */
export const message = v.object({
  conversation: conversationId,
  seq: id,
  rev: id,
  author: id,
  clientId: v.string(),
  body: v.object({ text: v.string() }),
  /** UTC milliseconds. */
  createdAt: count,
  /** When it was deleted, UTC milliseconds; the text is then empty. Left out otherwise. */
  deletedAt: v.optional(count),
});

/** A conversation as its member sees it when entering. `unread` is counted up to `limits.unreadMax`. */
export const conversation = v.object({
  id: conversationId,
  /** The number of the latest change; 0 when nothing was written yet. */
  head: count,
  /** When its latest message was stored, UTC milliseconds; null when nothing was written yet. */
  lastMessageAt: v.nullable(count),
  lastRead: count,
  unread: count,
});

/** What the server says over the socket. A frame is a JSON array of these, in order. */
export const events = {
  "chat.entered": v.object({
    type: v.literal("chat.entered"),
    ref,
    version: v.number(),
    /** What time it is for the server, UTC milliseconds. */
    now: count,
    /** The incarnation of the database: when it differs from the one a client knew, everything it holds is void. */
    epoch: v.string(),
    me: person,
    /** Until when one may not write, UTC milliseconds; left out when one may. */
    mutedUntil: v.optional(count),
    /** How many reports wait; left out for who may not settle them. */
    openReports: v.optional(count),
    /** The size of the longest message, in bytes of UTF-8. */
    messageBytes: count,
    /** What one has to know of one's account and has not seen yet; left out where there is nothing. */
    alerts: v.optional(v.array(alert)),
    /** Tag of the directory; sent back with the next `chat.enter`, it spares sending an unchanged directory. */
    peopleTag: v.string(),
    people: v.optional(v.array(person)),
    online: v.array(id),
    conversations: v.array(conversation),
  }),
  "message.sent": v.object({ type: v.literal("message.sent"), message }),
  /** The answer to `message.delete`; everyone hears of it as `message.changed`. */
  "message.deleted": v.object({ type: v.literal("message.deleted"), ref }),
  /** A message that was sent before is another now: it was deleted. */
  "message.changed": v.object({ type: v.literal("message.changed"), message }),
  "conversation.synced": v.object({
    type: v.literal("conversation.synced"),
    ref,
    conversation: conversationId,
    messages: v.array(message),
    /** The cursor to go on from. */
    upTo: count,
    head: count,
  }),
  "history.page": v.object({
    type: v.literal("history.page"),
    ref,
    conversation: conversationId,
    /** Ascending by `seq`. */
    messages: v.array(message),
    /** Whether there are others beyond the page in the direction it was read: newer ones after a `seq`, otherwise older ones. */
    more: v.boolean(),
    /** Whether newer ones exist; for a page around a `seq` alone. */
    newer: v.optional(v.boolean()),
    /** The conversation's head in the same snapshot: the cursor that belongs to this page. */
    head: count,
  }),
  "read.marked": v.object({
    type: v.literal("read.marked"),
    conversation: conversationId,
    seq: count,
    unread: count,
  }),
  "presence.changed": v.object({
    type: v.literal("presence.changed"),
    /** Who came and who went; `quiet` when they only came back after a restart of the server. */
    online: v.array(id),
    offline: v.array(id),
    quiet: v.optional(v.literal(true)),
  }),
  "person.registered": v.object({ type: v.literal("person.registered"), person }),
  /** Somebody has another role, was barred, or was let in again. */
  "person.changed": v.object({ type: v.literal("person.changed"), person }),
  "person.deleted": v.object({ type: v.literal("person.deleted"), id }),
  /** One may not write until then, or may again: null. */
  "me.muted": v.object({ type: v.literal("me.muted"), until: v.nullable(count) }),
  /** Something happened to one's account that one should know of, told to all one's devices. */
  "account.notified": v.object({
    type: v.literal("account.notified"),
    what: v.picklist(accountNews),
    /** The device by which it happened, as its browser names it. */
    device: v.string(),
    at: count,
  }),
  /** What one has to know of one's account and has not seen yet is this now: told to all one's devices. */
  "alerts.changed": v.object({ type: v.literal("alerts.changed"), alerts: v.array(alert) }),
  /** The server's name, welcome or rules were changed. */
  "settings.changed": v.object({
    type: v.literal("settings.changed"),
    name: v.string(),
    welcome: v.string(),
    registration: v.picklist(["open", "invite", "closed"]),
    messageBytes: count,
  }),
  /** A message was reported: told to those who may settle it. */
  "report.added": v.object({ type: v.literal("report.added"), open: count }),
  /** The answer to `ping`, with what time it is for the server, UTC milliseconds. */
  pong: v.object({ type: v.literal("pong"), ref, now: count }),
  error: v.object({
    type: v.literal("error"),
    /** The command that was refused; absent when the frame was not understood well enough to know. */
    ref: v.optional(ref),
    code: v.picklist(Object.keys(errorCodes) as ErrorCode[]),
    message: v.string(),
    /** Milliseconds after which the same command may succeed. */
    retryAfter: v.optional(count),
  }),
} as const;

export type EventType = keyof typeof events;
export type EventOf<T extends EventType> = v.InferOutput<(typeof events)[T]>;
export type ChatEvent = { [T in EventType]: EventOf<T> }[EventType];
export type Person = v.InferOutput<typeof person>;
export type Message = v.InferOutput<typeof message>;
export type Conversation = v.InferOutput<typeof conversation>;
