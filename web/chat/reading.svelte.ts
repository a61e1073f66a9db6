import type { Message } from "../../server/protocol/events.ts";
import { limits } from "../../server/protocol/limits.ts";

export interface ReadingDeps {
  me: number;
  /** Tells the server that everything up to `seq` was read; false when there is no connection. */
  mark(seq: number): boolean;
  after(ms: number, run: () => void): () => void;
}

const markEvery = 1_000;

/** How far a conversation has been read, what is new in it, and where the new part begins. */
export class Reading {
  readonly #deps: ReadingDeps;
  /** What the server counted as unread when the conversation stood at `#base`. */
  #counted = $state(0);
  #base = 0;
  /** What others wrote after that and is unread; a message that comes twice is still one. */
  #newer = $state.raw<readonly number[]>([]);
  /** Messages that the server counted and that were deleted since. */
  #gone = new Set<number>();
  #lastRead = $state(0);
  #divider = $state<number | null>(null);
  #watched = $state(false);
  /** The newest message there is to mark as read. */
  #newest = 0;
  #resting = false;

  constructor(deps: ReadingDeps) {
    this.#deps = deps;
  }

  /** Messages in sight do not count as unread. */
  get unread(): number {
    return this.#watched ? 0 : this.#unread;
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

  /** The server's count, made when the conversation stood at `head`; `newer` are messages held beyond that. */
  enter(at: { head: number; lastRead: number; unread: number }, newer: readonly Message[]): void {
    const seen = Math.max(this.#lastRead, at.lastRead);
    // Messages that another device has read meanwhile are not new here any more.
    if (at.unread > 0 && seen < at.head) this.#divider = seen;
    else if (at.lastRead > this.#lastRead) this.#divider = null;
    this.#lastRead = at.lastRead;
    this.#counted = at.unread;
    this.#base = at.head;
    this.#newer = [];
    this.#gone.clear();
    this.#resting = false;
    for (const message of newer) this.count(message);
    this.#mark();
  }

  /** A message came in, perhaps not for the first time. One that was deleted is not there to be read. */
  count({ seq, rev, author, deletedAt }: Message): void {
    if (author === this.#deps.me || seq <= this.#lastRead) return;
    if (deletedAt !== undefined) this.#discount(seq, rev);
    else if (seq > this.#base) this.#add(seq);
  }

  /** These are the messages one can see, newest last. */
  show(newest: Message | undefined): void {
    const seq = newest?.seq ?? 0;
    // A person who answers has seen what is new.
    if (seq > this.#newest && newest?.author === this.#deps.me && this.#watched) this.#divider = null;
    this.#newest = seq;
    this.#mark();
  }

  /** Everything up to `seq` was read, here or on another device; `unread` is what the server still counts. */
  marked(seq: number, unread: number): void {
    if (seq <= this.#lastRead) return;
    this.#readTo(seq);
    this.#counted = seq >= this.#base ? 0 : Math.max(0, unread - this.#newer.length);
    // Another device read them: messages read on this one are marked before the server's answer.
    if (this.#divider !== null && !this.#watched) this.#divider = this.#unread > 0 ? seq : null;
  }

  /** The conversation is opened: what is unread now stays set apart until it is left. */
  open(): void {
    this.#divider = this.#unread > 0 ? this.#lastRead : null;
  }

  leave(): void {
    this.#divider = null;
    this.#watched = false;
  }

  /** Whether the newest message is in sight of a person. */
  watch(watched: boolean): void {
    this.#watched = watched;
    this.#mark();
  }

  get #unread(): number {
    return Math.min(this.#counted + this.#newer.length, limits.unreadMax);
  }

  #add(seq: number): void {
    if (this.#unread === 0 && !this.#watched) this.#divider = this.#lastRead;
    if (!this.#newer.includes(seq) && this.#unread < limits.unreadMax) this.#newer = [...this.#newer, seq];
  }

  /** The server's count stays at its bound, where it means "at least". */
  #discount(seq: number, rev: number): void {
    this.#newer = this.#newer.filter((newer) => newer !== seq);
    if (seq > this.#base || rev <= this.#base || this.#gone.has(seq)) return;
    this.#gone.add(seq);
    if (this.#counted < limits.unreadMax) this.#counted = Math.max(0, this.#counted - 1);
  }

  #readTo(seq: number): void {
    this.#lastRead = seq;
    this.#newer = this.#newer.filter((newer) => newer > seq);
  }

  #mark(): void {
    if (!this.#watched || this.#resting || this.#newest <= this.#lastRead) return;
    if (!this.#deps.mark(this.#newest)) return;
    this.#readTo(this.#newest);
    this.#counted = 0;
    this.#resting = true;
    this.#deps.after(markEvery, () => {
      this.#resting = false;
      this.#mark();
    });
  }
}
