import { spend } from "../limits/rate-limit.ts";
import type { CommandDeps, Handle } from "./command.ts";

/** Notes how far a member has read. */
export const markRead =
  ({ readMarks, memberships }: CommandDeps): Handle<"read.mark"> =>
  async ({ conversation, seq }, user) => {
    memberships.requireMember(user, conversation);
    readMarks.mark({ userId: user, conversation, seq });
    return null;
  };

/** Moves a member's mark back to before a message. */
export const markUnread =
  ({ readMarks, memberships, changeRate }: CommandDeps): Handle<"read.unmark"> =>
  async ({ conversation, seq }, user) => {
    const { seesFrom } = memberships.requireMember(user, conversation);
    spend(changeRate, user);
    await readMarks.moveBack({ userId: user, conversation, seq: Math.max(seq, seesFrom) - 1 });
    return null;
  };

/** Moves the marks of a user to the ends of all conversations in which something is unread. */
export const markAllRead =
  ({ readMarks, store, changeRate }: CommandDeps): Handle<"read.markAll"> =>
  async (_, user) => {
    spend(changeRate, user);
    await readMarks.flush();
    for (const { id, head, unread } of await store.conversations.of(user))
      if (unread > 0) readMarks.mark({ userId: user, conversation: id, seq: head });
    await readMarks.flush();
    return null;
  };
