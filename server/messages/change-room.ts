import { spend } from "../limits/rate-limit.ts";
import type { CommandDeps, Handle } from "./command.ts";

/** Renames a room that one looks after, describes it, says who writes there, puts it away or brings it back. */
export const changeRoom =
  ({ store, commits, memberships, changeRate, system }: CommandDeps): Handle<"room.change"> =>
  async ({ ref, conversation, name, description, writers, archived }, user) => {
    memberships.requireMember(user, conversation);
    memberships.requireVoice(user);
    spend(changeRate, user);
    const patch = { name, description, writers, archived };
    await commits.change(() => store.rooms.change(conversation, user, patch, system.now()));
    return { type: "room.saved", ref };
  };
