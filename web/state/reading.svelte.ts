import type { Message } from "../../server/protocol/events.ts";
import { limits } from "../../server/protocol/limits.ts";

export interface ReadingSurroundings {
  me: number;
  /** Tells the server that everything up to `seq` was read; false when there is no connection. */
  mark(seq: number): boolean;
  after(ms: number, act: () => void): () => void;
}

const markEvery = 1_000;

/** How far a conversation has been read, what is new in it, and where the new part begins. */
export class Reading {
  readonly #around: ReadingSurroundings;
  #unread = $state(0);
  #lastRead = $state(0);
  #divider = $state<number | null>(null);
  #watched = $state(false);
  /** The newest message there is to mark as read. */
  #newest = 0;
  /** Messages up to here are already part of `unread`. */
  #counted = 0;
  #resting = false;

  constructor(around: ReadingSurroundings) {
    this.#around = around;
  }

  /** What is being looked at is not news. */
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
    this.#lastRead = at.lastRead;
    this.#unread = at.unread;
    this.#counted = at.head;
    this.#resting = false;
    for (const message of newer) this.count(message);
    this.#mark();
  }

  /** A message came in, perhaps not for the first time. */
  count({ seq, rev, author }: Message): void {
    const foreign = author !== this.#around.me;
    if (seq > this.#counted && seq > this.#lastRead) this.#arrived(foreign);
    this.#counted = Math.max(this.#counted, rev);
  }

  /** These are the messages one can see, newest last. */
  show(newest: Message | undefined): void {
    this.#newest = newest?.seq ?? 0;
    this.#mark();
  }

  marked(seq: number, unread: number): void {
    if (seq < this.#lastRead) return;
    this.#lastRead = seq;
    this.#unread = unread;
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

  #arrived(foreign: boolean): void {
    if (!foreign) {
      this.#divider = null;
      return;
    }
    if (this.#unread === 0 && !this.#watched) this.#divider = this.#lastRead;
    this.#unread = Math.min(this.#unread + 1, limits.unreadMax);
  }

  #mark(): void {
    if (!this.#watched || this.#resting || this.#newest <= this.#lastRead) return;
    if (!this.#around.mark(this.#newest)) return;
    this.#lastRead = this.#newest;
    this.#unread = 0;
    this.#resting = true;
    this.#around.after(markEvery, () => {
      this.#resting = false;
      this.#mark();
    });
  }
}
