import type { Deliver } from "../messages/deliver.ts";
import type { ConversationId } from "../protocol/conversation-id.ts";
import type { Message } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../refusal.ts";
import type { Store } from "../store/store.ts";
import type { Signal } from "./signal.ts";
import type { Signals } from "./signals.ts";

export interface FeedDeps {
  messages: Pick<Store["messages"], "after">;
  /** Publishes to this node's own sockets. */
  deliver: Deliver;
  signals: Pick<Signals, "send">;
  /** The ids of the people in a conversation; null where everybody is. */
  membersOf(conversation: ConversationId): readonly number[] | null;
  /** Whether any socket of this node may hear the conversation. */
  isHeard(conversation: ConversationId): boolean;
  /** Whether what this node knows of sessions is recent enough to publish by, and these people are known. */
  isFresh(people: readonly number[]): boolean;
  /** Resolves when it is, and these people are known too, since events are addressed by names. */
  freshen(people: number[]): Promise<void>;
  /** Whether the people of rooms are known as these messages have made them: a line of a room may say that somebody is out of it. */
  isBeyond(messages: readonly Message[]): boolean;
  /** Resolves when all is known that was committed before the call. */
  poll(): Promise<void>;
  report(error: unknown): void;
}

/** How far this node has published a conversation. */
interface Line {
  cursor: number;
  /** The highest number heard of. */
  wanted: number;
  /** Messages that came ahead of their turn, by `rev`. */
  early: Map<number, Message>;
  running: Promise<void> | null;
}

/** What waits for its turn; beyond it is read again, which costs a query. */
const earlyMax = 1_000;
/** How many conversations are remembered before those that nobody here hears are forgotten. */
const linesMax = 10_000;

/**
 * Publishes conversations to this node's sockets in the order of their numbers, whichever node a message was stored by.
 * A message that is next in line is published as it comes; where others are missing before it, they are read from the
 * store first. A conversation this node does not follow yet is taken up where it is heard of: whoever is behind sees a
 * hole, and asks.
 */
export class Feed {
  readonly #deps: FeedDeps;
  #lines = new Map<ConversationId, Line>();

  constructor(deps: FeedDeps) {
    this.#deps = deps;
  }

  /** Takes up a conversation of which someone here has just been told the head. */
  follow(conversation: ConversationId, head: number): void {
    if (!this.#lines.has(conversation)) this.#lineOf(conversation, head);
  }

  /** Takes what this node has just stored, publishes it in its turn, and tells the other nodes. */
  readonly stored: Deliver = (messages) => {
    const next: Message[] = [];
    for (const [conversation, run] of Map.groupBy(messages, (message) => message.conversation)) {
      const [first, head] = [run[0]!.rev, run.at(-1)!.rev];
      const line = this.#lineOf(conversation, first - 1);
      if (
        line?.running === null &&
        line.cursor === first - 1 &&
        this.#deps.isBeyond(run) &&
        this.#deps.isFresh(this.#peopleOf(conversation, run))
      ) {
        line.cursor = head;
        line.wanted = Math.max(line.wanted, head);
        next.push(...run);
      } else if (line) this.#take(conversation, line, head, run);
      this.#deps.signals.send({ kind: "grown", conversation, first, head, messages: run });
    }
    if (next.length > 0) this.#deps.deliver(next);
  };

  /** Takes what another node says it has stored. */
  heard({ conversation, first, head, messages = [] }: Signal & { kind: "grown" }): void {
    const line = this.#lineOf(conversation, first - 1);
    if (line) this.#take(conversation, line, head, messages);
  }

  /** Takes the head of a conversation as it is in the store; nothing but the latest change is read of one not followed. */
  found(conversation: ConversationId, head: number): void {
    const line = this.#lineOf(conversation, head - 1);
    if (line) this.#take(conversation, line, head, []);
  }

  /** Goes on with what could not be read before: nothing else may ever be said in that conversation. */
  retry(): void {
    for (const [conversation, line] of this.#lines)
      if (line.running === null && line.cursor < line.wanted) this.#run(conversation, line);
  }

  /** How far each conversation is published. */
  cursors(): Map<ConversationId, number> {
    return new Map([...this.#lines].map(([id, { cursor }]) => [id, cursor]));
  }

  /** Starts over, as when nobody is connected. */
  forget(): void {
    this.#lines.clear();
  }

  /** Resolves when all that is being read has been published. */
  async idle(): Promise<void> {
    for (const { running } of [...this.#lines.values()]) await running;
  }

  /** The line of a conversation, begun at `cursor` if it is new; null for one that nobody here may hear. */
  #lineOf(conversation: ConversationId, cursor: number): Line | null {
    if (!this.#deps.isHeard(conversation)) {
      this.#lines.delete(conversation);
      return null;
    }
    const known = this.#lines.get(conversation);
    if (known) return known;
    if (this.#lines.size >= linesMax) this.#prune();
    const line: Line = { cursor, wanted: cursor, early: new Map(), running: null };
    this.#lines.set(conversation, line);
    return line;
  }

  #prune() {
    for (const id of this.#lines.keys()) if (!this.#deps.isHeard(id)) this.#lines.delete(id);
  }

  #take(conversation: ConversationId, line: Line, head: number, messages: readonly Message[]) {
    if (head <= line.cursor) return;
    line.wanted = Math.max(line.wanted, head);
    for (const message of messages) {
      if (message.rev > line.cursor && line.early.size < earlyMax) line.early.set(message.rev, message);
    }
    if (line.running === null) this.#run(conversation, line);
  }

  #run(conversation: ConversationId, line: Line) {
    line.running = this.#advance(conversation, line);
  }

  /** A read that fails leaves the line where it is: the next signal or look goes on from there. It ends in the turn in which it finds nothing more to do. */
  async #advance(conversation: ConversationId, line: Line): Promise<void> {
    try {
      while (line.cursor < line.wanted && this.#lines.get(conversation) === line) {
        const { messages, upTo } = nextInLine(line) ?? (await this.#read(conversation, line.cursor));
        if (upTo <= line.cursor) return;
        // Who has just been put out of a room must not hear what was said there afterwards.
        if (!this.#deps.isBeyond(messages)) await this.#deps.poll();
        if (!this.#deps.isBeyond(messages)) throw new Refusal("busy");
        await this.#deps.freshen(this.#peopleOf(conversation, messages));
        if (this.#lines.get(conversation) !== line) return;
        line.cursor = upTo;
        for (const rev of line.early.keys()) if (rev <= upTo) line.early.delete(rev);
        this.#deps.deliver(messages);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) this.#deps.report(error);
    } finally {
      line.running = null;
    }
  }

  /** Who has to be known to publish these: their authors, and the members, by whose names it may be addressed. */
  #peopleOf(conversation: ConversationId, messages: readonly Message[]): number[] {
    return [...(this.#deps.membersOf(conversation) ?? []), ...messages.map(({ author }) => author)];
  }

  async #read(conversation: ConversationId, cursor: number) {
    const { messages, more, head } = await this.#deps.messages.after(conversation, cursor, limits.syncPage);
    return { messages, upTo: more ? messages.at(-1)!.rev : head };
  }
}

/** The messages that follow the cursor without a hole, if they are here already. */
function nextInLine({ cursor, early }: Line): { messages: Message[]; upTo: number } | null {
  const messages: Message[] = [];
  for (let rev = cursor + 1; messages.length < limits.syncPage; rev++) {
    const message = early.get(rev);
    if (!message) break;
    messages.push(message);
  }
  return messages.length > 0 ? { messages, upTo: messages.at(-1)!.rev } : null;
}
