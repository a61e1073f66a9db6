import { spend } from "../limits/rate-limit.ts";
import type { CommandDeps, Handle } from "./command.ts";

/** Removes somebody from a room that one looks after. What is said there from then on does not reach them. */
export const removePerson =
  ({ store, commits, memberships, changeRate, system }: CommandDeps): Handle<"room.remove"> =>
  async ({ ref, conversation, person }, user) => {
    memberships.requireMember(user, conversation);
    spend(changeRate, user);
    await commits.change(() => store.rooms.remove(conversation, user, person, system.now()));
    return { type: "room.saved", ref };
  };
