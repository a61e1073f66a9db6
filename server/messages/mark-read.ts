import type { CommandDeps, Handle } from "./command.ts";

/** Notes how far a member has read. */
export const markRead =
  ({ readMarks, memberships }: CommandDeps): Handle<"read.mark"> =>
  async ({ conversation, seq }, user) => {
    memberships.requireMember(user, conversation);
    readMarks.mark({ userId: user, conversation, seq });
    return null;
  };
