import { spend } from "../limits/rate-limit.ts";
import { Refusal } from "../refusal.ts";
import type { CommandDeps, Handle } from "./command.ts";
import { meantBy } from "./meant.ts";
import { requireFits } from "./send.ts";

/** Says something else in a message of one's own; nobody edits another's words. What it answers stays. */
export function edit(deps: CommandDeps): Handle<"message.edit"> {
  const { store, commits, memberships, changeRate, system } = deps;
  const meant = meantBy(deps);
  return async ({ ref, conversation, seq, body: { text } }, user) => {
    memberships.requireWriter(user, conversation);
    const { seesFrom } = memberships.requireMember(user, conversation);
    requireFits(text, deps.messageBytes());
    spend(changeRate, user);
    const message = await store.messages.find(conversation, seq);
    if (!message || message.deletedAt !== undefined || seq < seesFrom) throw new Refusal("unknown_message");
    if (message.author !== user) throw new Refusal("not_allowed");
    const { replyTo } = message.body;
    const answered = replyTo === undefined ? null : await store.messages.find(conversation, replyTo);
    const about = meant(conversation, user, text, answered?.author ?? null);
    const change = { author: user, body: { text }, at: system.now(), ...about };
    await commits.ask("edit", conversation, seq, change);
    return { type: "message.edited", ref };
  };
}
