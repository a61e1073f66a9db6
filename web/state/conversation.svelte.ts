import type { ConversationId } from "../../server/protocol/conversation-id.ts";
import type { Conversation as Entered, EventOf, Message } from "../../server/protocol/events.ts";
import { limits } from "../../server/protocol/limits.ts";
import type { Ask } from "./connection.svelte.ts";
import { Pages } from "./pages.svelte.ts";
import { Reading } from "./reading.svelte.ts";

/** What a conversation needs from the chat it belongs to. */
export interface ConversationSurroundings {
  me: number;
  /** The incarnation of the server's history that everything held belongs to. */
  epoch(): string;
  /** Sends a command and gives its ref, or null when there is no connection. */
  ask(command: Ask, refused?: (refusal: EventOf<"error">) => void): string | null;
  after(ms: number, act: () => void): () => void;
  /** The server has this message of ours. */
  settled(clientId: string): void;
  /** The server's history turned out to be another one. */
  startOver(): void;
}

/** Missing more than this, a reader is better served by the latest page than by everything that was missed. */
const catchUpMax = 5_000;
/** What stays in memory of a conversation that was left, and of one whose end is being watched. */
const keptWhenLeft = 200;
const keptWhenWatched = 2_000;
/** So much of what was read already is shown above what was not. */
const context = 20;
const retryIn = 2_000;

/**
 * One conversation. Every message that is not older than the oldest held, and whose latest change is at or below the
 * cursor, is held; what lies beyond the cursor is asked for, never guessed.
 */
export class Conversation {
  readonly id: ConversationId;
  readonly pages = new Pages();
  readonly reading: Reading;
  readonly #around: ConversationSurroundings;
  #lastMessageAt = $state<number | null>(null);
  #readingOlder = $state<string | null>(null);
  #readingLatest: string | null = null;
  #syncing: string | null = null;
  #opened = false;
  #cursor = 0;
  /** The latest change heard of; when it is above the cursor, there is a hole. */
  #heard = 0;

  constructor(id: ConversationId, around: ConversationSurroundings) {
    this.id = id;
    this.#around = around;
    this.reading = new Reading({
      me: around.me,
      mark: (seq) => around.ask({ type: "read.mark", conversation: id, seq }) !== null,
      after: around.after,
    });
  }

  get lastMessageAt(): number | null {
    return this.#lastMessageAt;
  }

  /** Every change up to this one is known. */
  get cursor(): number {
    return this.#cursor;
  }

  get readingOlder(): boolean {
    return this.#readingOlder !== null;
  }

  /** Takes over what the server says on entering, and asks for what was missed. */
  enter(at: Omit<Entered, "id">): void {
    this.#readingLatest = this.#readingOlder = this.#syncing = null;
    this.#heard = Math.max(this.#heard, at.head);
    this.#lastMessageAt = at.lastMessageAt;
    const newer = this.pages.messages.filter(({ rev }) => rev > at.head);
    this.reading.enter(at, newer);
    if (this.#heard - this.#cursor > catchUpMax) this.pages.clear();
    if (!this.pages.loaded) this.#cursor = this.#heard;
    if (this.#opened) this.open();
    this.#catchUp();
  }

  /** Somebody looks at it: from now on the latest page is wanted. */
  open(): void {
    if (!this.#opened) this.reading.open();
    this.#opened = true;
    if (!this.pages.loaded) this.#readLatest();
  }

  leave(): void {
    this.#opened = false;
    this.reading.leave();
    this.#keep(keptWhenLeft);
  }

  /** Asks for the page before the oldest message held; does nothing when there is none or it is on its way. */
  readOlder(): void {
    const before = this.pages.messages[0]?.seq;
    if (!before || !this.pages.more || this.#readingOlder) return;
    const later = () => this.#around.after(retryIn, () => this.#endReadingOlder());
    this.#readingOlder = this.#around.ask({ type: "history.read", conversation: this.id, before }, later);
  }

  /** A live message, new or changed: the next in line is taken; one from beyond a hole makes us ask for what lies between. */
  receive(message: Message): void {
    this.#heard = Math.max(this.#heard, message.rev);
    if (message.rev === this.#cursor + 1) {
      this.#cursor = message.rev;
      this.#take([message]);
    }
    this.#settle([message]);
    this.#catchUp();
  }

  /** A piece of what was missed. Without progress there is no hole, whatever we believed to have heard. */
  synced({ ref, messages, upTo, head }: EventOf<"conversation.synced">): void {
    if (ref !== this.#syncing) return;
    this.#syncing = null;
    const further = upTo > this.#cursor;
    this.#cursor = Math.max(this.#cursor, upTo);
    this.#heard = further ? Math.max(this.#heard, head) : this.#cursor;
    this.#take(messages);
    this.#settle(messages);
    this.#catchUp();
  }

  /**
   * A page shows the conversation at its `head`. What changed since, or what we had not heard of then, is asked for
   * from the older of the two pictures on: nothing between them is left to chance.
   */
  page(page: EventOf<"history.page">): void {
    const { ref, messages, head } = page;
    const latest = ref === this.#readingLatest;
    if (!latest && ref !== this.#readingOlder) return;
    if (latest) this.pages.begin(page);
    else this.pages.prepend(page);
    this.#readingLatest = this.#readingOlder = null;
    this.#heard = Math.max(this.#heard, this.#cursor, head);
    this.#cursor = Math.min(this.#cursor, head);
    this.#take(messages);
    this.#settle(messages);
    this.#catchUp();
  }

  #take(messages: readonly Message[]): void {
    this.pages.merge(messages);
    for (const message of messages) {
      this.reading.count(message);
      this.#lastMessageAt = Math.max(this.#lastMessageAt ?? 0, message.createdAt);
    }
    this.reading.show(this.pages.messages.at(-1));
    if (this.reading.watched && this.pages.messages.length > 2 * keptWhenWatched) this.#keep(keptWhenWatched);
  }

  #settle(messages: readonly Message[]): void {
    for (const { author, clientId } of messages)
      if (author === this.#around.me) this.#around.settled(clientId);
  }

  #readLatest(): void {
    if (this.#readingLatest) return;
    const missed = this.#heard - this.reading.lastRead;
    const limit = Math.min(Math.max(missed + context, limits.historyPage), limits.historyPageMax);
    this.#readingLatest = this.#around.ask({ type: "history.read", conversation: this.id, limit }, () => {
      this.#readingLatest = null;
      this.#around.after(retryIn, () => this.#opened && this.open());
    });
  }

  #endReadingOlder(): void {
    this.#readingOlder = null;
  }

  #catchUp(): void {
    if (this.#syncing || this.#heard <= this.#cursor) return;
    const command = {
      type: "conversation.sync",
      conversation: this.id,
      epoch: this.#around.epoch(),
      after: this.#cursor,
    } as const;
    this.#syncing = this.#around.ask(command, ({ code, retryAfter }) => {
      this.#syncing = null;
      if (code === "epoch_changed") this.#around.startOver();
      else this.#around.after(retryAfter ?? retryIn, () => this.#catchUp());
    });
  }

  /** An older page that is still on its way would not join what is kept. */
  #keep(count: number): void {
    if (this.pages.keep(count)) this.#readingOlder = null;
  }
}
