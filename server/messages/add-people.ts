import { spend } from "../limits/rate-limit.ts";
import type { CommandDeps, Handle } from "./command.ts";

/** Adds people to a room that one is in. */
export const addPeople =
  ({ store, commits, memberships, changeRate, system }: CommandDeps): Handle<"room.add"> =>
  async ({ ref, conversation, people }, user) => {
    memberships.requireMember(user, conversation);
    memberships.requireVoice(user);
    spend(changeRate, user);
    await commits.change(() => store.rooms.add(conversation, user, people, system.now()));
    return { type: "room.saved", ref };
  };
