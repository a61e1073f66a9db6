import type { EventOf, Message } from "../../server/protocol/events.ts";
import { Tally } from "./tally.svelte.ts";

export interface ReadingDeps {
  me: number;
  /** Tells the server that everything up to `seq` was read; false when there is no connection. */
  mark(seq: number): boolean;
  /** Tells the server that nothing from `seq` on was read; false when there is no connection. */
  unmark(seq: number): boolean;
  /** Whether a message of somebody else means this person. */
  means(message: Message): boolean;
  after(ms: number, run: () => void): () => void;
}

/** What the server has counted when the conversation stood at `head`. */
type Counted = Pick<EventOf<"read.marked">, "head" | "unread" | "mentions">;

const markEvery = 1_000;

/** Whether a message is there to be read by somebody: not their own, nor deleted, nor a line of the conversation itself. */
export const isForReading = ({ author, deletedAt, body }: Message, me: number): boolean =>
  author !== me && deletedAt === undefined && !("line" in body);

/** How far a conversation has been read, what is new in it, and where the new part begins. */
export class Reading {
  readonly #deps: ReadingDeps;
  readonly #all = new Tally();
  readonly #meant = new Tally();
  /** Where the conversation stood when the server counted. */
  #base = 0;
  /** Messages that the server counted and that were deleted since. */
  #gone = new Set<number>();
  #lastRead = $state(0);
  #divider = $state<number | null>(null);
  #watched = $state(false);
  /** The person wants it to stay unread until they open it again or write in it. */
  #held = $state(false);
  /** The newest message there is to mark as read. */
  #newest = 0;
  #resting = false;

  constructor(deps: ReadingDeps) {
    this.#deps = deps;
  }

  /** Messages in sight do not count as unread. */
  get unread(): number {
    return this.#watched && !this.#held ? 0 : this.#all.count;
  }

  /** How many of the unread messages mean this person. */
  get mentions(): number {
    return Math.min(this.unread, this.#meant.count);
  }

  get lastRead(): number {
    return this.#lastRead;
  }

  /** The new part begins after this `seq`; null when there is nothing to set apart. */
  get divider(): number | null {
    return this.#divider;
  }

  get watched(): boolean {
    return this.#watched;
  }

  /** The server's count; `newer` are messages held beyond it. */
  enter(at: Counted & { lastRead: number }, newer: readonly Message[]): void {
    const seen = Math.max(this.#lastRead, at.lastRead);
    // Messages that another device has read meanwhile are not new here any more.
    if (at.unread > 0 && seen < at.head) this.#divider = seen;
    else if (at.lastRead > this.#lastRead) this.#divider = null;
    this.#lastRead = at.lastRead;
    this.#begin({ ...at, head: Number.POSITIVE_INFINITY });
    this.#base = at.head;
    this.#resting = false;
    for (const message of newer) this.count(message);
    this.#mark();
  }

  /** A message came in, perhaps not for the first time; `before` is what was held of it. One that was deleted is not there to be read. */
  count(message: Message, before?: Message): void {
    const { seq, rev, author, deletedAt } = message;
    if (author === this.#deps.me || seq <= this.#lastRead) return;
    if (deletedAt !== undefined) this.#discount(seq, rev, before);
    else if (seq > this.#base && isForReading(message, this.#deps.me)) this.#add(message);
  }

  /** These are the messages one can see, newest last. */
  show(newest: Message | undefined): void {
    const seq = newest?.seq ?? 0;
    // A person who answers has seen what is new.
    if (seq > this.#newest && newest?.author === this.#deps.me && this.#watched) {
      this.#divider = null;
      this.#held = false;
    }
    this.#newest = seq;
    this.#mark();
  }

  /** The mark stands at `seq`, here or on another device. It goes back where the person wants to read again from there on. */
  marked({ seq, back, ...counted }: Omit<EventOf<"read.marked">, "type" | "conversation">): void {
    // What was counted before one entered says nothing new.
    if (counted.head < this.#base || (!back && seq <= this.#lastRead)) return;
    this.#lastRead = seq;
    this.#begin(counted);
    this.#base = counted.head;
    if (back) {
      this.#held ||= this.#watched;
      this.#divider = counted.unread > 0 ? seq : null;
    }
    // Another device read them: messages read on this one are marked before the server's answer.
    else if (this.#divider !== null && !this.#watched) this.#divider = this.#all.count > 0 ? seq : null;
  }

  /** Nothing from `seq` on counts as read, until the person opens the conversation again or writes in it. */
  unmark(seq: number): void {
    this.#held = this.#deps.unmark(seq);
  }

  /** The conversation is opened: what is unread now stays set apart until it is left. */
  open(): void {
    this.#held = false;
    this.#divider = this.#all.count > 0 ? this.#lastRead : null;
  }

  leave(): void {
    this.#divider = null;
    this.#watched = this.#held = false;
  }

  /** Whether the newest message is in sight of a person. */
  watch(watched: boolean): void {
    this.#watched = watched;
    this.#mark();
  }

  #add(message: Message): void {
    const { seq } = message;
    if (this.#all.count === 0 && !this.#watched) this.#divider = this.#lastRead;
    this.#all.add(seq);
    // Who changes a message may name other people in it.
    if (this.#deps.means(message)) this.#meant.add(seq);
    else this.#meant.drop(seq);
  }

  #discount(seq: number, rev: number, before?: Message): void {
    this.#all.drop(seq);
    this.#meant.drop(seq);
    if (seq > this.#base || rev <= this.#base || this.#gone.has(seq)) return;
    this.#gone.add(seq);
    this.#all.discount();
    if (before && this.#deps.means(before)) this.#meant.discount();
  }

  #begin({ unread, mentions, head }: Counted): void {
    this.#all.begin(unread, head);
    this.#meant.begin(mentions, head);
    this.#gone.clear();
  }

  #mark(): void {
    if (!this.#watched || this.#held || this.#resting || this.#newest <= this.#lastRead) return;
    if (!this.#deps.mark(this.#newest)) return;
    this.#lastRead = this.#newest;
    this.#begin({ unread: 0, mentions: 0, head: this.#newest });
    this.#resting = true;
    this.#deps.after(markEvery, () => {
      this.#resting = false;
      this.#mark();
    });
  }
}
