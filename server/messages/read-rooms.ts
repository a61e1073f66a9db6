import { Refusal } from "../refusal.ts";
import type { CommandDeps, Handle } from "./command.ts";
import { shownRoom } from "./rooms.ts";

/** Answers with the rooms that everybody finds. */
export const listRooms =
  ({ rooms, freshen }: CommandDeps): Handle<"room.list"> =>
  async ({ ref }, user) => {
    await freshen(user);
    const listed = rooms
      .all()
      .filter(({ access }) => access === "public")
      .map((room) => ({
        id: room.id,
        room: shownRoom(room),
        joined: room.members.some((member) => member.user === user),
      }));
    return { type: "room.listed", ref, rooms: listed };
  };

/** Answers with a room and its people, to who is in it or may join it. To anybody else there is none. */
export const readRoom =
  ({ rooms, freshen }: CommandDeps): Handle<"room.read"> =>
  async ({ ref, conversation }, user) => {
    await freshen(user);
    const room = rooms.find(conversation);
    const people = room?.members.map((member) => member.user) ?? [];
    if (!room || (room.access !== "public" && !people.includes(user)))
      throw new Refusal("unknown_conversation");
    return { type: "room.described", ref, conversation, room: shownRoom(room), people };
  };
