import type { People } from "../accounts/directory.ts";
import { type ConversationId, peerOf } from "../protocol/conversation-id.ts";
import type { Message } from "../protocol/events.ts";
import type { Store } from "../store/store.ts";

/** A conversation of somebody: what they wrote in the group; all that was said where they talked with one person. */
export interface Told {
  id: ConversationId;
  title: string;
  messages: AsyncIterable<Message & { by: string }>;
}

const pageSize = 100;
const nobody = "Deleted user";

/** Gives the function that reads a conversation of somebody, a page at a time, as it is asked for. */
export function ownMessages(messages: Pick<Store["messages"], "by">, people: Pick<People, "nameOf">) {
  const nameOf = (id: number) => people.nameOf(id) ?? nobody;

  async function* written(author: number, id: ConversationId): AsyncGenerator<Message> {
    let after = 0;
    for (;;) {
      const page = await messages.by(author, id, after, pageSize);
      yield* page;
      if (page.length < pageSize) return;
      after = page.at(-1)!.seq;
    }
  }

  /** Both sides of a private conversation, in the order of their places. */
  async function* dialogue(me: number, peer: number, id: ConversationId): AsyncGenerator<Message> {
    const [mine, theirs] = [written(me, id), written(peer, id)];
    let [my, their] = [await mine.next(), await theirs.next()];
    while (!my.done || !their.done) {
      if (their.done || (!my.done && my.value.seq < their.value.seq)) {
        yield my.value as Message;
        my = await mine.next();
      } else {
        yield their.value;
        their = await theirs.next();
      }
    }
  }

  async function* named(all: AsyncIterable<Message>): AsyncGenerator<Message & { by: string }> {
    for await (const message of all) yield { ...message, by: nameOf(message.author) };
  }

  return (me: number, id: ConversationId): Told => {
    const peer = peerOf(id, me);
    if (peer === null) return { id, title: "Group chat", messages: named(written(me, id)) };
    return { id, title: nameOf(peer), messages: named(dialogue(me, peer, id)) };
  };
}
