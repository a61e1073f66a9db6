import type { CommandDeps, Handle } from "./command.ts";
import { requireMember } from "./memberships.ts";

/** Notes how far a member has read. */
export const markRead =
  ({ readMarks }: CommandDeps): Handle<"read.mark"> =>
  async ({ conversation, seq }, user) => {
    requireMember(user, conversation);
    readMarks.mark({ userId: user, conversation, seq });
    return null;
  };
