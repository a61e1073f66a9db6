import { spend } from "../limits/rate-limit.ts";
import { groupId } from "../protocol/conversation-id.ts";
import { may } from "../protocol/roles.ts";
import { Refusal } from "../refusal.ts";
import type { CommandDeps, Handle } from "./command.ts";

/** Pins a message for everybody in the conversation, or takes the pin out. In the group that is for moderators. */
export function pin(deps: CommandDeps): Handle<"message.pin"> {
  const { commits, memberships, people, changeRate, system } = deps;
  return async ({ ref, conversation, seq, on }, user) => {
    memberships.requireWriter(user, conversation);
    if (seq < memberships.requireMember(user, conversation).seesFrom) throw new Refusal("unknown_message");
    if (conversation === groupId && !may(people.roleOf(user), "message.pin in group"))
      throw new Refusal("not_allowed");
    spend(changeRate, user);
    await commits.ask("pin", conversation, seq, user, on, system.now());
    return { type: "message.pinned", ref };
  };
}
