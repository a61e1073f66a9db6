import type { CommandType } from "../protocol/commands.ts";
import { addPeople } from "./add-people.ts";
import { changeRoom } from "./change-room.ts";
import type { CommandDeps, Handle } from "./command.ts";
import { createRoom } from "./create-room.ts";
import { deleteMessage } from "./delete.ts";
import { edit } from "./edit.ts";
import { enter } from "./enter.ts";
import { readHistory } from "./history.ts";
import { joinRoom } from "./join-room.ts";
import { leaveRoom } from "./leave-room.ts";
import { markAllRead, markRead, markUnread } from "./mark-read.ts";
import { pin } from "./pin.ts";
import { react } from "./react.ts";
import { readMessages, readPins, readThread } from "./read.ts";
import { listRooms, readRoom } from "./read-rooms.ts";
import { readReaders } from "./readers.ts";
import { removePerson } from "./remove-person.ts";
import { send } from "./send.ts";
import { sync } from "./sync.ts";
import { type } from "./typing.ts";

/** The handler of every command that the protocol has. */
export type Commands = { [T in CommandType]: Handle<T> };

/** Binds a handler to every command. */
export const commands = (deps: CommandDeps): Commands => ({
  "chat.enter": enter(deps),
  "message.send": send(deps),
  "message.edit": edit(deps),
  "message.delete": deleteMessage(deps),
  "message.react": react(deps),
  "message.pin": pin(deps),
  "message.read": readMessages(deps),
  "thread.read": readThread(deps),
  "pins.read": readPins(deps),
  "conversation.sync": sync(deps),
  "history.read": readHistory(deps),
  "read.mark": markRead(deps),
  "read.unmark": markUnread(deps),
  "read.markAll": markAllRead(deps),
  "readers.read": readReaders(deps),
  "typing.begin": type(deps, true),
  "typing.end": type(deps, false),
  "room.create": createRoom(deps),
  "room.join": joinRoom(deps),
  "room.leave": leaveRoom(deps),
  "room.add": addPeople(deps),
  "room.remove": removePerson(deps),
  "room.change": changeRoom(deps),
  "room.list": listRooms(deps),
  "room.read": readRoom(deps),
  ping: async ({ ref }) => ({ type: "pong", ref, now: deps.system.now() }),
});
