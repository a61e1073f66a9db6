import { spend } from "../limits/rate-limit.ts";
import type { CommandDeps, Handle } from "./command.ts";

/** Leaves a room. Who is in it no more, or never was, learns nothing of it. */
export const leaveRoom =
  ({ store, commits, memberships, changeRate, system }: CommandDeps): Handle<"room.leave"> =>
  async ({ ref, conversation }, user) => {
    memberships.requireMember(user, conversation);
    spend(changeRate, user);
    await commits.change(() => store.rooms.leave(conversation, user, system.now()));
    return { type: "room.saved", ref };
  };
