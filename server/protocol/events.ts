import * as v from "valibot";
import { alert } from "./alerts.ts";
import { conversationId, roomId } from "./conversation-id.ts";
import { type ErrorCode, errorCodes } from "./errors.ts";
import { line, messageBody, messageState } from "./message-body.ts";
import { preferences } from "./preferences.ts";
import { room } from "./rooms.ts";

const id = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** The one of the command that this answers. */
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

/** Someone who has, or once had, an account. */
export const person = v.object({
  /** Never given again, also after the account was deleted. */
  id,
  /** Null once the account was deleted; somebody else may have the name afterwards. */
  name: v.nullable(v.string()),
  /** Left out for a member. */
  role: v.optional(v.picklist(["moderator", "admin", "owner"])),
  /** While the account is suspended or banned, so that nothing can be sent to it; left out otherwise. */
  barred: v.optional(v.literal(true)),
});

/** A stored message. `seq` and `rev` are numbers of one counter for each conversation. */
export const message = v.object({
  conversation: conversationId,
  /** Its place in the conversation, which never changes. */
  seq: id,
  /** The number of its latest change. */
  rev: id,
  /** The id of who wrote it. */
  author: id,
  /** The author's name for it. */
  clientId: v.string(),
  /** What it says. */
  body: messageBody,
  /** When it was stored, UTC milliseconds. */
  createdAt: count,
  /** When it was deleted, UTC milliseconds; the body is then empty. Left out otherwise. */
  deletedAt: v.optional(count),
  /** The `seq` of the message that began the thread it belongs to; left out for what replies to nothing. */
  thread: v.optional(id),
  /**
   * How many others its thread has, deleted ones left out, counted up to the number `upTo`; left out where there never was one. A
   * reply does not change the `rev` of the message that began the thread. A client counts on by those whose `rev` is above `upTo`: one
   * more for each that is not deleted and has its `seq` above it too, one less for each that is deleted and has not.
   */
  replies: v.optional(v.object({ count, upTo: id })),
  ...messageState.entries,
});

/** A conversation as its member sees it when entering. */
export const conversation = v.object({
  id: conversationId,
  /** The number of the latest change; 0 when nothing was written yet. */
  head: count,
  /** When its latest message was stored, UTC milliseconds; null when nothing was written yet. */
  lastMessageAt: v.nullable(count),
  /** Up to which `seq` one has read; for somebody new the group's head when their account was made. */
  lastRead: count,
  /** How many messages of others came after that; counted up to `unreadMax`. */
  unread: count,
  /** How many of them mean one, by name, as one of all, or as an answer to one's own; counted up to `unreadMax`. */
  mentions: count,
  /** The latest of its messages, for a list; left out where there is none. */
  latest: v.optional(
    v.object({
      seq: id,
      /** The id of who wrote it. */
      author: id,
      /** The beginning of what it says. */
      text: v.string(),
      /** UTC milliseconds. */
      at: count,
      line: v.optional(line),
      deleted: v.optional(v.literal(true)),
    }),
  ),
  /** What it is as a room; left out for what is none. */
  room: v.optional(room),
  /** The first number that one sees; left out where one sees everything. */
  seesFrom: v.optional(id),
});

/** What the server says over the socket. A frame is a JSON array of these, in order. */
export const events = {
  /** The answer to `chat.enter`: who one is, who there is, who is online, and one's conversations. */
  "chat.entered": v.object({
    type: v.literal("chat.entered"),
    ref,
    /** The version of this protocol. */
    version: v.number(),
    /** What time it is for the server, UTC milliseconds: a client counts by it what the server decides. */
    now: count,
    /** The incarnation of the database: when it differs from the one a client knew, everything it holds is void. */
    epoch: v.string(),
    /** Oneself. */
    me: person,
    /** Until when one may not write, UTC milliseconds; left out when one may. */
    mutedUntil: v.optional(count),
    /** How many reports wait; left out for who may not settle them. */
    openReports: v.optional(count),
    /** The size of the longest message, in bytes of UTF-8. */
    messageBytes: count,
    /** What one has to know of one's account and has not seen yet; left out where there is nothing. */
    alerts: v.optional(v.array(alert)),
    /** What one has chosen for oneself. */
    preferences,
    /** Tag of the directory; sent back with the next `chat.enter`, it spares sending an unchanged directory. */
    peopleTag: v.string(),
    /** The whole directory, deleted accounts too; left out where the tag sent along is still the right one. */
    people: v.optional(v.array(person)),
    /** The ids of who is connected. */
    online: v.array(id),
    /** The group first, then by latest message. Private ones are there once something was written in them. */
    conversations: v.array(conversation),
  }),
  /** A message was stored. To its author it is the receipt: recognise it by `clientId`. */
  "message.sent": v.object({ type: v.literal("message.sent"), message }),
  /** The answer to `message.delete`; everyone hears of it as `message.changed`. */
  "message.deleted": v.object({ type: v.literal("message.deleted"), ref }),
  /** The answer to `message.edit`. */
  "message.edited": v.object({ type: v.literal("message.edited"), ref }),
  /** The answer to `message.react`. */
  "message.reacted": v.object({ type: v.literal("message.reacted"), ref }),
  /** The answer to `message.pin`. */
  "message.pinned": v.object({ type: v.literal("message.pinned"), ref }),
  /** The answer to `message.read`: those of the messages that there are, ascending by `seq`. */
  "message.list": v.object({
    type: v.literal("message.list"),
    ref,
    conversation: conversationId,
    messages: v.array(message),
    /** Whether some did not fit: ask for them again. */
    more: v.boolean(),
  }),
  /** The answer to `thread.read`. */
  "thread.page": v.object({
    type: v.literal("thread.page"),
    ref,
    conversation: conversationId,
    /** The message that began the thread. */
    seq: id,
    /** Ascending by `seq`, deleted ones too; where the page reaches the beginning, the message that began the thread is its first. */
    messages: v.array(message),
    /** Whether there are others beyond the page in the direction it was read: newer ones after a `seq`, otherwise older ones. */
    more: v.boolean(),
  }),
  /** The answer to `pins.read`. */
  "pins.page": v.object({
    type: v.literal("pins.page"),
    ref,
    conversation: conversationId,
    /** Descending by `seq`. */
    messages: v.array(message),
    /** Whether there are older ones beyond the page. */
    more: v.boolean(),
  }),
  /** A message that was sent before is another now: edited, deleted, reacted to, or pinned. Its new `rev` moves the cursor like a new message. */
  "message.changed": v.object({ type: v.literal("message.changed"), message }),
  /** The answer to `conversation.sync`: at most 200 messages that changed after the cursor. */
  "conversation.synced": v.object({
    type: v.literal("conversation.synced"),
    ref,
    conversation: conversationId,
    /** Ascending by `rev`. */
    messages: v.array(message),
    /** Up to which number nothing is missing now: the new cursor, unless the client's is higher by then. */
    upTo: count,
    /** The conversation's head; above `upTo` there is more to ask for. */
    head: count,
  }),
  /** The answer to `history.read`. It may hold fewer messages than were asked for, although there are more: `more` tells. */
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
    /** The conversation's head when the page was read. It is the cursor only for a client that holds nothing else of it. */
    head: count,
  }),
  /** The answer to `room.create`, and to it again. */
  "room.created": v.object({ type: v.literal("room.created"), ref, conversation }),
  /** The answer to `room.join`, `room.leave`, `room.add`, `room.remove` and `room.change`. */
  "room.saved": v.object({ type: v.literal("room.saved"), ref }),
  /** The answer to `room.list`: the rooms that everybody finds. */
  "room.listed": v.object({
    type: v.literal("room.listed"),
    ref,
    rooms: v.array(
      v.object({
        id: roomId,
        room,
        /** Whether one is in it. */
        joined: v.boolean(),
      }),
    ),
  }),
  /** The answer to `room.read`: a room and who is in it. */
  "room.described": v.object({
    type: v.literal("room.described"),
    ref,
    conversation: roomId,
    room,
    /** The ids of its people, in the order in which they came. */
    people: v.array(id),
  }),
  /** One is in this conversation from now on; told to all one's devices, which hear what is written there. */
  "conversation.joined": v.object({ type: v.literal("conversation.joined"), conversation }),
  /** One is in this conversation no more, or it is not for one: forget all of it. Told to all one's devices. */
  "conversation.left": v.object({ type: v.literal("conversation.left"), id: roomId }),
  /** A room is another now, or has other people; told to who is in it. */
  "room.changed": v.object({ type: v.literal("room.changed"), id: roomId, room }),
  /** What one has read, told to all one's sockets. */
  "read.marked": v.object({
    type: v.literal("read.marked"),
    conversation: conversationId,
    /** Up to where. */
    seq: count,
    /** How many messages of others are unread still. */
    unread: count,
    /** How many of them mean one. */
    mentions: count,
    /** The conversation's head when they were counted. */
    head: count,
    /** Where one has marked as unread what was read. */
    back: v.optional(v.literal(true)),
  }),
  /** Somebody else has read further, or marked as unread what they had read. Told where `readers.read` has an answer. */
  "read.seen": v.object({
    type: v.literal("read.seen"),
    conversation: conversationId,
    /** The id of who has read. */
    person: id,
    /** Up to where. */
    seq: count,
  }),
  /** The answer to `readers.read`. */
  "readers.listed": v.object({
    type: v.literal("readers.listed"),
    ref,
    conversation: conversationId,
    /** How far the others have read who show it, without those who have read nothing of what one sees. */
    readers: v.array(v.object({ person: id, seq: count })),
  }),
  /**
   * Somebody is writing. It is over when a message of theirs comes, with `typing.ended`, or `typingMs` after it was said last. One
   * hears it of oneself too.
   */
  "typing.began": v.object({ type: v.literal("typing.began"), conversation: conversationId, person: id }),
  /** Somebody writes no more. */
  "typing.ended": v.object({ type: v.literal("typing.ended"), conversation: conversationId, person: id }),
  /**
   * Who came and who went, over all their devices. Going is told after eight seconds, so that a reload says nothing, or at once for
   * who logged out.
   */
  "presence.changed": v.object({
    type: v.literal("presence.changed"),
    /** The ids of who came. */
    online: v.array(id),
    /** The ids of who went. */
    offline: v.array(id),
    /** Where they only came back after a restart of the server: show them as online, and tell nobody. */
    quiet: v.optional(v.literal(true)),
  }),
  /** Somebody made an account. */
  "person.registered": v.object({ type: v.literal("person.registered"), person }),
  /** Somebody has another role, was barred, or was let in again. */
  "person.changed": v.object({ type: v.literal("person.changed"), person }),
  /** An account was deleted: its name is to be forgotten. Its messages stay, unless `message.changed` says that they went. */
  "person.deleted": v.object({ type: v.literal("person.deleted"), id }),
  /** One may not write until then (UTC milliseconds), or may again: null. Told to oneself alone. */
  "me.muted": v.object({ type: v.literal("me.muted"), until: v.nullable(count) }),
  /** Something happened to one's account that one should know of, told to all one's devices. */
  "account.notified": v.object({
    type: v.literal("account.notified"),
    /** What happened. */
    what: v.picklist(accountNews),
    /** The device by which it happened, as its browser names it. */
    device: v.string(),
    /** When, UTC milliseconds. */
    at: count,
  }),
  /**
   * What one has to know of one's account and has not seen yet, all of it; told to all one's devices when it changes. Signing in by
   * a passkey or a provider makes unseen again what tells of a link that was used since the last time.
   */
  "alerts.changed": v.object({ type: v.literal("alerts.changed"), alerts: v.array(alert) }),
  /** One has changed one's preferences, which are these now; told to all one's devices. */
  "preferences.changed": v.object({ type: v.literal("preferences.changed"), preferences }),
  /** The server's name, welcome or rules were changed. */
  "settings.changed": v.object({
    type: v.literal("settings.changed"),
    /** What the chat is called. */
    name: v.string(),
    /** The text of the welcome page; may be empty. */
    welcome: v.string(),
    /** Who may make an account: anyone, who has an invitation, nobody. */
    registration: v.picklist(["open", "invite", "closed"]),
    /** The size of the longest message, in bytes of UTF-8. */
    messageBytes: count,
  }),
  /**
   * How many reports are open, told to those who may settle them whenever that changes. Reports about what somebody below the owner
   * wrote are not counted for that person.
   */
  "report.added": v.object({ type: v.literal("report.added"), open: count }),
  /** The answer to `ping`; `now` is the server's time, UTC milliseconds. */
  pong: v.object({ type: v.literal("pong"), ref, now: count }),
  /** A command was refused, and changed nothing. */
  error: v.object({
    type: v.literal("error"),
    /** The one of the refused command; left out when the frame was not understood well enough to find it. */
    ref: v.optional(ref),
    /** One of [errors](#errors). */
    code: v.picklist(Object.keys(errorCodes) as ErrorCode[]),
    /** A sentence for people. */
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
