import { spend } from "../limits/rate-limit.ts";
import type { CommandDeps, Handle } from "./command.ts";

/** Joins a public room. */
export const joinRoom =
  ({ store, commits, changeRate, system }: CommandDeps): Handle<"room.join"> =>
  async ({ ref, conversation }, user) => {
    spend(changeRate, user);
    await commits.change(() => store.rooms.join(conversation, user, system.now()));
    return { type: "room.saved", ref };
  };
