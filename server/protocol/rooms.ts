import * as v from "valibot";
import { limits } from "./limits.ts";
import { optionalText, requiredLine } from "./text.ts";

const person = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Who finds a room: everybody, who was added, or only the few people of a private conversation. */
export const roomAccess = ["public", "private", "people"] as const;
export type RoomAccess = (typeof roomAccess)[number];

/** What a member sees of what was written before they came. */
export const roomHistory = ["all", "joined"] as const;

/** Who writes: every member, or those who look after the room. */
export const roomWriters = ["everyone", "owners"] as const;

export const roomName = requiredLine(limits.roomNameMax);
export const roomDescription = optionalText(limits.roomDescriptionMax);
export const roomPeople = v.pipe(v.array(person), v.maxLength(limits.roomAddMax));

/** A room as its members see it, and who may join it. */
export const room = v.object({
  /** Null where it is named after its people. */
  name: v.nullable(v.string()),
  /** May be empty. */
  description: v.string(),
  /** `public`: everybody finds it and may join. `private`: who was added. `people`: a private conversation of a few, which nobody joins. */
  access: v.picklist(roomAccess),
  /** What a new member sees: everything, or what came since they did. */
  history: v.picklist(roomHistory),
  /** `owners`: only its owners, and moderators who are in it. */
  writers: v.picklist(roomWriters),
  /** The ids of those who look after it. */
  owners: v.array(person),
  /** How many people are in it. */
  members: time,
  /** The ids of the people of a private conversation of a few; left out otherwise. */
  people: v.optional(v.array(person)),
  /** When it was put away, UTC milliseconds: nothing in it is changed any more. Left out otherwise. */
  archivedAt: v.optional(time),
});
export type ShownRoom = v.InferOutput<typeof room>;
