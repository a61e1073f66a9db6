import { spend } from "../limits/rate-limit.ts";
import { byteLength } from "../protocol/text.ts";
import { Refusal } from "../refusal.ts";
import type { CommandDeps, Handle } from "./command.ts";
import { requireMember } from "./memberships.ts";

/** Stores a message and delivers it. Refuses who is no member or is muted, and what is too long or comes too fast. */
export function send(deps: CommandDeps): Handle<"message.send"> {
  const { commits, messageRate, system } = deps;
  return async ({ conversation, clientId, body }, user) => {
    const { text } = body;
    requireMember(user, conversation);
    const most = deps.messageBytes();
    if (text.length * 3 > most && byteLength(text) > most) throw new Refusal("message_too_large");
    const until = silentUntil(deps, user);
    if (until !== null) throw new Refusal("muted", { retryAfter: until - system.now() });
    spend(messageRate, user);
    const draft = { conversation, author: user, clientId, body, createdAt: system.now() };
    const { kind, message } = await commits.append(draft);
    // What was stored now comes back with the topic, to this socket as to all others.
    return kind === "duplicate" ? { type: "message.sent", message } : null;
  };
}

/** Until when somebody may not write, in UTC milliseconds; null for who may. */
export function silentUntil({ people, system }: CommandDeps, user: number): number | null {
  const until = people.mutedUntil(user);
  return until !== null && until > system.now() ? until : null;
}
