import { spend } from "../limits/rate-limit.ts";
import type { CommandDeps, Handle } from "./command.ts";
import { auditedRoom } from "./rooms.ts";

/** Renames a room that one looks after, describes it, says who writes there, puts it away or brings it back. */
export const changeRoom =
  ({
    store,
    commits,
    memberships,
    rooms,
    changeRate,
    auditEntry,
    system,
  }: CommandDeps): Handle<"room.change"> =>
  async ({ ref, conversation, name, description, writers, archived }, user, address) => {
    memberships.requireMember(user, conversation);
    memberships.requireVoice(user);
    spend(changeRate, user);
    const patch = { name, description, writers, archived };
    const detail = auditedRoom(rooms.find(conversation)!);
    const event = archived ? "room.archived" : "room.restored";
    const entry = archived === undefined ? undefined : auditEntry(event, { by: user, address, detail });
    await commits.change(() => store.rooms.change(conversation, user, patch, system.now(), entry));
    return { type: "room.saved", ref };
  };
