import * as v from "valibot";
import { conversationId, roomId } from "./conversation-id.ts";
import { limits } from "./limits.ts";
import { sentBody } from "./message-body.ts";
import { roomAccess, roomDescription, roomHistory, roomName, roomPeople, roomWriters } from "./rooms.ts";
import { messageText } from "./text.ts";

/** The client's name for this command; its answer carries it back. */
export const ref = v.pipe(v.string(), v.minLength(1), v.maxLength(limits.refMax));

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** The incarnation of the database that the cursor belongs to. */
const epoch = v.pipe(v.string(), v.maxLength(limits.refMax));

/** The client's name for the message, best a UUID of version 7: its order in time keeps the server's index small. */
const clientId = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, "must be a UUID in lower case"),
);

const place = v.pipe(number, v.minValue(1));

/** One emoji of Unicode's recommended ones (https://www.unicode.org/reports/tr51/#def_rgi_set). */
const emoji = v.pipe(
  v.string(),
  v.maxBytes(limits.emojiMaxBytes),
  v.regex(/^\p{RGI_Emoji}$/v, "must be one emoji"),
);

/** What a client may ask over the socket, one JSON object a frame. Unknown keys are refused. */
export const commands = {
  /** Asks for everything needed to show the chat; the first command after every connect. Answer: `chat.entered`. */
  "chat.enter": v.strictObject({
    type: v.literal("chat.enter"),
    ref,
    /** Tag of the directory that the client still has, which is then not sent again. */
    people: v.optional(v.pipe(v.string(), v.maxLength(limits.refMax))),
  }),
  /**
   * Stores and delivers a message. Answer: the `message.sent` that everybody gets, known by its `clientId`. Where the author has
   * sent this `clientId` before, nothing is stored, and this socket alone gets the stored message as it is now, also a deleted one;
   * with another text it is `client_id_reused`.
   */
  "message.send": v.strictObject({
    type: v.literal("message.send"),
    ref,
    conversation: conversationId,
    clientId,
    /**
     * What the message says, in at most `messageBytes` of `chat.entered`. Text today; an end-to-end encrypted form can stand beside it
     * later. `replyTo` is the `seq` of the message that it replies to, in the same conversation.
     */
    body: sentBody,
  }),
  /**
   * Deletes a message for good: one's own; as a moderator, in the group and in one's rooms, also one of somebody of a lesser role. Answer:
   * `message.deleted`, and `message.changed` for everybody. A second time changes nothing.
   */
  "message.delete": v.strictObject({
    type: v.literal("message.delete"),
    ref,
    conversation: conversationId,
    /** The message's place. */
    seq: v.pipe(number, v.minValue(1)),
  }),
  /**
   * Says something else in a message of one's own; what it replies to stays. Answer: `message.edited`, and `message.changed` for
   * everybody, unless it said that already.
   */
  "message.edit": v.strictObject({
    type: v.literal("message.edit"),
    ref,
    conversation: conversationId,
    seq: place,
    body: v.strictObject({ text: messageText }),
  }),
  /**
   * Adds one's reaction to a message, or takes it back. Answer: `message.reacted`, and `message.changed` for everybody. A second time
   * changes nothing.
   */
  "message.react": v.strictObject({
    type: v.literal("message.react"),
    ref,
    conversation: conversationId,
    seq: place,
    emoji,
    on: v.boolean(),
  }),
  /**
   * Pins a message for everybody in the conversation, or takes the pin out; in the group as a moderator. Answer: `message.pinned`,
   * and `message.changed` for everybody. A second time changes nothing.
   */
  "message.pin": v.strictObject({
    type: v.literal("message.pin"),
    ref,
    conversation: conversationId,
    seq: place,
    on: v.boolean(),
  }),
  /** Asks for single messages, such as those that others quote. Answer: `message.list`. */
  "message.read": v.strictObject({
    type: v.literal("message.read"),
    ref,
    conversation: conversationId,
    /** Their places. */
    seqs: v.pipe(v.array(place), v.minLength(1), v.maxLength(limits.readMax)),
  }),
  /** Asks for a page of a thread; without `before` and `after` for its latest one. Answer: `thread.page`. */
  "thread.read": v.pipe(
    v.strictObject({
      type: v.literal("thread.read"),
      ref,
      conversation: conversationId,
      /** The place of any of its messages. */
      seq: place,
      /** Only messages with a lower `seq`. */
      before: v.optional(number),
      /** Only messages with a higher `seq`. */
      after: v.optional(number),
      /** How many messages at most; 50 where it is left out. */
      limit: v.optional(v.pipe(number, v.minValue(1), v.maxValue(limits.historyPageMax))),
    }),
    v.check(
      ({ before, after }) => before === undefined || after === undefined,
      "takes one of before and after",
    ),
  ),
  /** Asks for what is pinned, the newest first. Answer: `pins.page`. */
  "pins.read": v.strictObject({
    type: v.literal("pins.read"),
    ref,
    conversation: conversationId,
    /** Only messages with a lower `seq`. */
    before: v.optional(number),
  }),
  /** Asks for the messages that changed after a cursor. Answer: `conversation.synced`; ask again until its `upTo` is its `head`. */
  "conversation.sync": v.strictObject({
    type: v.literal("conversation.sync"),
    ref,
    conversation: conversationId,
    epoch,
    /** The cursor. */
    after: number,
  }),
  /** Asks for a page of messages; without `before`, `after`, `around` and `at` for the latest one. Answer: `history.page`. */
  "history.read": v.pipe(
    v.strictObject({
      type: v.literal("history.read"),
      ref,
      conversation: conversationId,
      /** Only messages with a lower `seq`. */
      before: v.optional(number),
      /** Only messages with a higher `seq`. */
      after: v.optional(number),
      /** Half of the page is from this `seq` on, the other half before it. */
      around: v.optional(number),
      /** The same around the first message that was stored at this moment or after it, UTC milliseconds. */
      at: v.optional(number),
      /** How many messages at most; 50 where it is left out. */
      limit: v.optional(v.pipe(number, v.minValue(1), v.maxValue(limits.historyPageMax))),
    }),
    v.check(
      ({ before, after, around, at }) =>
        [before, after, around, at].filter((one) => one !== undefined).length < 2,
      "takes one of before, after, around and at",
    ),
  ),
  /**
   * Says that everything up to `seq` has been read. Marks move back by `read.unmark` alone. It has no answer of its own: `read.marked` reaches all
   * sockets of the user shortly after.
   */
  "read.mark": v.strictObject({
    type: v.literal("read.mark"),
    ref,
    conversation: conversationId,
    /** The last message that was read. */
    seq: number,
  }),
  /**
   * Says that nothing from `seq` on counts as read any more: the mark moves back to before it. Where it stands before that already,
   * it stays. It has no answer of its own: `read.marked` reaches all sockets of the user.
   */
  "read.unmark": v.strictObject({
    type: v.literal("read.unmark"),
    ref,
    conversation: conversationId,
    /** The first message that is to be unread. */
    seq: v.pipe(number, v.minValue(1)),
  }),
  /**
   * Says that everything has been read, in all conversations. It has no answer of its own: `read.marked` reaches all sockets of the
   * user for every conversation in which something was unread.
   */
  "read.markAll": v.strictObject({ type: v.literal("read.markAll"), ref }),
  /**
   * Asks who has read how far. Answer: `readers.listed`, which names nobody where there are more than `readersMax` people, or where
   * one does not show it oneself.
   */
  "readers.read": v.strictObject({ type: v.literal("readers.read"), ref, conversation: conversationId }),
  /**
   * Says that one is writing; to be said again every few seconds for as long as that is so. It has no answer: where there are at
   * most `typingPeopleMax` people, they hear `typing.began`. Nothing of it is stored.
   */
  "typing.begin": v.strictObject({ type: v.literal("typing.begin"), ref, conversation: conversationId }),
  /** Says that one writes no more, without having sent anything. It has no answer; the others hear `typing.ended`. */
  "typing.end": v.strictObject({ type: v.literal("typing.end"), ref, conversation: conversationId }),
  /**
   * Makes a room, or a private conversation of 3 to 8 people: then with the access `people`. Answer: `room.created`, also where the same
   * person has made it before; everybody in it hears `conversation.joined`.
   */
  "room.create": v.strictObject({
    type: v.literal("room.create"),
    ref,
    /** Chosen by chance: 16 letters and digits after `room:`. */
    conversation: roomId,
    /** Left out where it is named after its people, which is for a conversation of a few alone. */
    name: v.optional(roomName),
    description: v.optional(roomDescription),
    access: v.picklist(roomAccess),
    /** What new members see; `all` where it is left out. */
    history: v.optional(v.picklist(roomHistory)),
    /** Who writes; `everyone` where it is left out. */
    writers: v.optional(v.picklist(roomWriters)),
    /** The ids of those who are in it besides oneself. */
    people: v.optional(roomPeople),
  }),
  /** Joins a public room. Answer: `room.saved`, and `conversation.joined` before it. A second time changes nothing. */
  "room.join": v.strictObject({ type: v.literal("room.join"), ref, conversation: roomId }),
  /** Leaves a room. Answer: `room.saved`, and `conversation.left` before it. A second time changes nothing. */
  "room.leave": v.strictObject({ type: v.literal("room.leave"), ref, conversation: roomId }),
  /**
   * Adds people to a room that one is in. Answer: `room.saved`. Who is in it already stays. A private conversation of a few takes
   * nobody: begin another.
   */
  "room.add": v.strictObject({
    type: v.literal("room.add"),
    ref,
    conversation: roomId,
    people: v.pipe(roomPeople, v.minLength(1)),
  }),
  /** Removes somebody from a room that one looks after. Answer: `room.saved`. A second time changes nothing. */
  "room.remove": v.strictObject({ type: v.literal("room.remove"), ref, conversation: roomId, person: place }),
  /** Changes a room that one looks after; what is left out stays. Answer: `room.saved`, and `room.changed` for everybody in it. */
  "room.change": v.strictObject({
    type: v.literal("room.change"),
    ref,
    conversation: roomId,
    name: v.optional(roomName),
    description: v.optional(roomDescription),
    writers: v.optional(v.picklist(roomWriters)),
    /** Whether it is put away: nothing in it is changed any more, until it is brought back. */
    archived: v.optional(v.boolean()),
  }),
  /** Asks for the public rooms. Answer: `room.listed`. */
  "room.list": v.strictObject({ type: v.literal("room.list"), ref }),
  /** Asks who is in a room that one is in, or may join. Answer: `room.described`. */
  "room.read": v.strictObject({ type: v.literal("room.read"), ref, conversation: roomId }),
  /** Asks for a sign of life, for clients that cannot send a WebSocket ping. Answer: `pong`. */
  ping: v.strictObject({ type: v.literal("ping"), ref }),
} as const;

export type CommandType = keyof typeof commands;
export type Command = { [T in CommandType]: v.InferOutput<(typeof commands)[T]> }[CommandType];
export type CommandOf<T extends CommandType> = v.InferOutput<(typeof commands)[T]>;
