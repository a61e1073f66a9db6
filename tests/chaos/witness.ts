import type { Message } from "../../server/protocol/events.ts";

/**
 * Sees every message that anybody is shown, and notes each number that was ever shown with two contents. It gives back
 * the first of several that are equal, so that thirty clients hold one.
 */
export class Witness {
  readonly contradictions: [Message, Message][] = [];
  #seen = new Map<string, Message[]>();

  see(message: Message): Message {
    const log = this.#seen.get(message.conversation) ?? [];
    this.#seen.set(message.conversation, log);
    const former = log[message.rev];
    if (former === undefined) {
      log[message.rev] = message;
      return message;
    }
    if (isSame(former, message)) return former;
    this.contradictions.push([former, message]);
    return message;
  }
}

const isSame = (one: Message, other: Message) =>
  one.seq === other.seq &&
  one.author === other.author &&
  one.clientId === other.clientId &&
  one.body.text === other.body.text &&
  one.createdAt === other.createdAt &&
  one.editedAt === other.editedAt &&
  Bun.deepEquals(one.reactions, other.reactions) &&
  Bun.deepEquals(one.pinned, other.pinned);
