import type { Message } from "../../server/protocol/events.ts";
import type { Pages, Start } from "./pages.svelte.ts";

const step = 50;
const shownMax = 250;
const shownFirst = 80;
/** How many read messages are shown above the first unread one. */
const context = 20;

/** Which of the held messages are in the document: a window that moves with the reader. */
export class LogView {
  readonly #pages: Pages;
  /** The beginning that the window was moved from; another one makes a new window. */
  #start = $state.raw<Start | null>(null);
  /** The first `seq` shown. */
  #from = $state(0);
  /** The last `seq` shown; null is the newest, whatever it is. */
  #to = $state<number | null>(null);
  #following = $state(true);

  readonly #range: readonly [start: number, end: number];
  readonly shown: readonly Message[];
  /** Whether the newest message is part of the window. */
  readonly atEnd: boolean;
  /** Whether the window begins where the conversation does. */
  readonly atStart: boolean;

  constructor(pages: Pages) {
    this.#pages = pages;
    this.#range = $derived(pages.start === this.#start ? this.#measure() : this.#around(pages.start));
    this.shown = $derived(pages.messages.slice(...this.#range));
    this.atEnd = $derived(this.#range[1] === pages.messages.length && !pages.newer);
    this.atStart = $derived(this.#range[0] === 0 && !pages.more);
  }

  /** From now on the window moves with the reader. */
  begin(): void {
    this.#show(...this.#range);
    this.#start = this.#pages.start;
  }

  /** Whether new messages come into view by themselves. */
  follow(following: boolean): void {
    if (following === this.#following) return;
    this.#show(...this.#range);
    this.#following = following;
  }

  /** Shows more above; false when there is no more in memory. */
  up(): boolean {
    const [start, end] = this.#range;
    if (start === 0) return false;
    const next = Math.max(0, start - step);
    this.#show(next, Math.min(end, next + shownMax));
    return true;
  }

  /** Shows more below; false when there is no more in memory. */
  down(): boolean {
    const [start, end] = this.#range;
    if (end === this.#pages.messages.length) return false;
    this.#show(Math.max(start, end + step - shownMax), end + step);
    return true;
  }

  /** The window around the message to begin at, or at the end. */
  #around(at: Start | null): readonly [start: number, end: number] {
    const { messages } = this.#pages;
    const seq = at?.seq ?? Number.POSITIVE_INFINITY;
    const found = messages.findIndex((message) => message.seq >= seq);
    const focus = found === -1 ? messages.length : found;
    const start = Math.max(0, Math.min(focus - context, messages.length - shownFirst));
    return [start, Math.min(messages.length, focus + shownMax - context)];
  }

  /** A window that is too long loses its top while the reader follows the end, and its bottom otherwise. */
  #measure(): readonly [start: number, end: number] {
    const { messages } = this.#pages;
    const to = this.#to ?? Number.POSITIVE_INFINITY;
    const start = messages.findIndex(({ seq }) => seq >= this.#from);
    const end = messages.findLastIndex(({ seq }) => seq <= to) + 1;
    if (start === -1) return [end, end];
    if (end - start <= shownMax) return [start, end];
    return this.#following ? [end - shownMax, end] : [start, start + shownMax];
  }

  #show(start: number, end: number): void {
    const { messages } = this.#pages;
    this.#from = messages[Math.max(0, start)]?.seq ?? 0;
    this.#to = end >= messages.length ? null : messages[end - 1]!.seq;
  }
}
