import type { People } from "../accounts/directory.ts";
import { deletedUser, type Memberships } from "../messages/memberships.ts";
import type { ConversationId } from "../protocol/conversation-id.ts";
import type { Message } from "../protocol/events.ts";
import { firstPlace, type OwnReactions, type Place } from "../store/reactions.ts";
import type { Store } from "../store/store.ts";
import type { Row } from "./account-records.ts";

/** A conversation in an export: of the group and of rooms the person's own messages, of private conversations all messages. */
export interface ExportedConversation {
  id: ConversationId;
  title: string;
  messages: AsyncIterable<Message & { by: string }>;
}

const pageSize = 100;

/** Gives what reads a conversation of somebody, and what they reacted with, a page at a time, as the export asks for it. */
export function ownMessages(
  messages: Pick<Store["messages"], "by" | "reactionsOf">,
  people: Pick<People, "nameOf">,
  memberships: Memberships,
) {
  async function* written(author: number, id: ConversationId, from: number): AsyncGenerator<Message> {
    let after = from - 1;
    for (;;) {
      const page = await messages.by(author, id, after, pageSize);
      yield* page;
      if (page.length < pageSize) return;
      after = page.at(-1)!.seq;
    }
  }

  /** The messages of these people, in the order of their numbers. */
  async function* merged(authors: readonly number[], id: ConversationId, from: number) {
    const queues = [];
    for (const author of authors) {
      const rest = written(author, id, from);
      queues.push({ rest, next: await rest.next() });
    }
    for (;;) {
      const [first] = queues
        .filter(({ next }) => !next.done)
        .sort((one, other) => one.next.value.seq - other.next.value.seq);
      if (!first) return;
      const message: Message = first.next.value;
      yield { ...message, by: people.nameOf(message.author) ?? deletedUser };
      first.next = await first.rest.next();
    }
  }

  /** What somebody reacted with, message by message. */
  async function* reactions(me: number): AsyncGenerator<Row> {
    for (let after: Place | null = firstPlace; after !== null; ) {
      const { found, next }: { found: OwnReactions[]; next: Place | null } = await messages.reactionsOf(
        me,
        after,
        pageSize,
      );
      for (const { conversationId, seq, emoji } of found) yield { conversation: conversationId, seq, emoji };
      after = next;
    }
  }

  const messagesIn = (me: number, id: ConversationId): ExportedConversation => {
    const { members, isModerated, titleFor } = memberships.of(id);
    const authors = isModerated || members === null ? [me] : members;
    const { seesFrom } = memberships.requireMember(me, id);
    return { id, title: titleFor(me), messages: merged(authors, id, seesFrom) };
  };
  return { messagesIn, reactions };
}
