import { SvelteMap } from "svelte/reactivity";
import { type ConversationId, groupId, isRoomId } from "../../server/protocol/conversation-id.ts";
import type { Conversation as Entered } from "../../server/protocol/events.ts";
import { Conversation, type ConversationDeps } from "./conversation.svelte.ts";

const nothingYet = { head: 0, lastMessageAt: null, lastRead: 0, unread: 0, mentions: 0 };

/** One that was just opened and is still empty stands above those in which something was written. */
const recency = ({ id, lastMessageAt }: Conversation): number =>
  id === groupId ? Number.POSITIVE_INFINITY : (lastMessageAt ?? Number.MAX_VALUE);

/** The conversations of one person: the group, and one with everybody who wrote or was written to. */
export class Conversations {
  readonly #deps: ConversationDeps;
  #byId = new SvelteMap<ConversationId, Conversation>();

  /** The group first, then whoever wrote last. */
  readonly all: Conversation[] = $derived(
    [...this.#byId.values()]
      .filter(({ isLeft }) => !isLeft)
      .sort((a, b) => (recency(a) < recency(b) ? 1 : -1)),
  );
  readonly unread: number = $derived(this.all.reduce((sum, { reading }) => sum + reading.unread, 0));
  readonly mentions: number = $derived(this.all.reduce((sum, { reading }) => sum + reading.mentions, 0));

  constructor(deps: ConversationDeps) {
    this.#deps = deps;
    this.of(groupId);
  }

  /** The conversation of that name, which appears with the first question for it. */
  of(id: ConversationId): Conversation {
    const held = this.#byId.get(id);
    if (held) return held;
    const made = new Conversation(id, this.#deps);
    this.#byId.set(id, made);
    return made;
  }

  /** The conversation of that name if there is one: nothing that is only said in passing makes one appear. */
  held(id: ConversationId): Conversation | undefined {
    return this.#byId.get(id);
  }

  /** The conversation that an event is about. A room that one is in no more does not come back by what was still on its way. */
  about(id: ConversationId): Conversation | undefined {
    return isRoomId(id) ? this.held(id) : this.of(id);
  }

  /** One is in this conversation now. */
  join(conversation: Entered): void {
    this.of(conversation.id).enter(conversation);
  }

  /** One is in this room no more: nothing of it stays. */
  leave(id: ConversationId): void {
    this.#byId.delete(id);
  }

  /** Takes over the server's list. A room that is not in it is gone; anything else that is not has no messages. */
  enter(list: Entered[]): void {
    const listed = new Set(list.map(({ id }) => id));
    for (const id of [...this.#byId.keys()]) if (isRoomId(id) && !listed.has(id)) this.leave(id);
    for (const { id } of list) this.of(id);
    for (const held of this.#byId.values()) held.enter(list.find(({ id }) => id === held.id) ?? nothingYet);
  }

  /** Forgets everything that is held. */
  clear(): void {
    this.#byId.clear();
    this.of(groupId);
  }
}
