import { spend } from "../limits/rate-limit.ts";
import type { ConversationId } from "../protocol/conversation-id.ts";
import type { Message } from "../protocol/events.ts";
import { byteLength } from "../protocol/text.ts";
import { Refusal } from "../refusal.ts";
import type { CommandDeps, Handle } from "./command.ts";
import { meantBy } from "./meant.ts";

/** Stores a message and delivers it. Refuses who is no member or is muted, and what is too long or comes too fast. */
export function send(deps: CommandDeps): Handle<"message.send"> {
  const { store, commits, memberships, messageRate, system } = deps;
  const meant = meantBy(deps);

  /** Also of a deleted message: who was answering it just then loses nothing. */
  async function repliedTo(conversation: ConversationId, seq: number, user: number): Promise<Message> {
    const { seesFrom } = memberships.requireMember(user, conversation);
    const message = await store.messages.find(conversation, seq);
    if (!message || seq < seesFrom || message.body.line) throw new Refusal("unknown_message");
    return message;
  }

  return async ({ conversation, clientId, body }, user) => {
    // Whether the room takes messages the transaction decides: what it has stored before was sent.
    memberships.requireMember(user, conversation);
    memberships.requireVoice(user);
    requireFits(body.text, deps.messageBytes());
    spend(messageRate, user);
    const { replyTo, text } = body;
    const answered = replyTo === undefined ? null : await repliedTo(conversation, replyTo, user);
    const { kind, message } = await commits.append({
      conversation,
      author: user,
      clientId,
      body,
      createdAt: system.now(),
      ...(answered === null ? {} : { thread: answered.thread ?? answered.seq }),
      ...meant(conversation, user, text, answered?.author ?? null),
    });
    // What was stored now comes back with the topic, to this socket as to all others.
    return kind === "duplicate" ? { type: "message.sent", message } : null;
  };
}

/** Refuses a text of more bytes than that. */
export function requireFits(text: string, most: number): void {
  if (text.length * 3 > most && byteLength(text) > most) throw new Refusal("message_too_large");
}
