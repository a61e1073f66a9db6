import { spend } from "../limits/rate-limit.ts";
import { byteLength } from "../protocol/text.ts";
import { Refusal } from "../refusal.ts";
import type { CommandDeps, Handle } from "./command.ts";

/** Stores a message and delivers it. Refuses who is no member or is muted, and what is too long or comes too fast. */
export function send(deps: CommandDeps): Handle<"message.send"> {
  const { commits, memberships, messageRate, system } = deps;
  return async ({ conversation, clientId, body }, user) => {
    const { text } = body;
    memberships.requireWriter(user, conversation);
    const most = deps.messageBytes();
    if (text.length * 3 > most && byteLength(text) > most) throw new Refusal("message_too_large");
    spend(messageRate, user);
    const draft = { conversation, author: user, clientId, body, createdAt: system.now() };
    const { kind, message } = await commits.append(draft);
    // What was stored now comes back with the topic, to this socket as to all others.
    return kind === "duplicate" ? { type: "message.sent", message } : null;
  };
}
