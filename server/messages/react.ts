import { spend } from "../limits/rate-limit.ts";
import { Refusal } from "../refusal.ts";
import type { CommandDeps, Handle } from "./command.ts";

/** Adds one's reaction to a message, or takes it back. A second time changes nothing. */
export function react({ commits, memberships, changeRate }: CommandDeps): Handle<"message.react"> {
  return async ({ ref, conversation, seq, emoji, on }, user) => {
    memberships.requireReaction(user, conversation);
    if (seq < memberships.requireMember(user, conversation).seesFrom) throw new Refusal("unknown_message");
    spend(changeRate, user);
    await commits.ask("react", conversation, seq, user, emoji, on);
    return { type: "message.reacted", ref };
  };
}
