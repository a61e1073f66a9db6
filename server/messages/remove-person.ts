import { spend } from "../limits/rate-limit.ts";
import type { CommandDeps, Handle } from "./command.ts";
import { auditedRoom } from "./rooms.ts";

/** Removes somebody from a room that one looks after. What is said there from then on does not reach them. */
export const removePerson =
  ({
    store,
    commits,
    memberships,
    rooms,
    changeRate,
    auditEntry,
    system,
  }: CommandDeps): Handle<"room.remove"> =>
  async ({ ref, conversation, person }, user, address) => {
    memberships.requireMember(user, conversation);
    spend(changeRate, user);
    const detail = auditedRoom(rooms.find(conversation)!);
    const entry = auditEntry("room.person removed", { by: user, to: person, address, detail });
    await commits.change(() => store.rooms.remove(conversation, user, person, system.now(), entry));
    return { type: "room.saved", ref };
  };
