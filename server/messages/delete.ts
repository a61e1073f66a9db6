import { spend } from "../limits/rate-limit.ts";
import { isAbove, may } from "../protocol/roles.ts";
import { Refusal } from "../refusal.ts";
import type { CommandDeps, Handle } from "./command.ts";

/** Deletes a message: one's own, or where moderators look after it that of somebody of a lesser role, which the audit log then says. */
export function deleteMessage(deps: CommandDeps): Handle<"message.delete"> {
  const { store, commits, people, memberships, changeRate, system } = deps;
  return async ({ ref, conversation, seq }, user, address) => {
    const { seesFrom } = memberships.requireMember(user, conversation);
    spend(changeRate, user);
    const message = await store.messages.find(conversation, seq);
    if (!message || seq < seesFrom) throw new Refusal("unknown_message");
    if (message.body.line) throw new Refusal("not_allowed");
    const isOwn = message.author === user;
    const role = people.roleOf(user);
    const isModerated = memberships.of(conversation).isModerated && may(role, "message.delete any");
    if (!isOwn && !(isModerated && isAbove(role, people.roleOf(message.author))))
      throw new Refusal("not_allowed");
    const detail = { conversation, seq };
    const entry = isOwn
      ? undefined
      : deps.auditEntry("message.deleted", { by: user, to: message.author, address, detail });
    await commits.change(async () => {
      const changed = await store.messages.remove(conversation, seq, system.now(), entry);
      return changed ? [changed] : [];
    });
    return { type: "message.deleted", ref };
  };
}
