import type { Conversation } from "./conversation.svelte.ts";
import { LogView } from "./log-view.svelte.ts";
import type { Start } from "./pages.svelte.ts";
import { ScrollPlace, scrollbarHold } from "./scroll-position.ts";

/** How many pixels before the end of the shown messages more of them are shown. */
const ahead = 800;
/** A list that is this near to its end cannot be scrolled further, in pixels. */
const atEdge = 1;

/** Someone reading the log of one conversation: keeps their place, and fetches what they are about to see. */
export class LogReader {
  readonly view: LogView;
  readonly #conversation: Conversation;
  #scroll: ScrollPlace | null = null;
  /** Where reading began. */
  #start: Start | null = null;
  /** Whether somebody holds the scroll bar. */
  #held = false;
  #following = $state(false);
  #topAt = $state<number | null>(null);

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
    this.view = new LogView(conversation.pages);
  }

  /** Whether the end is in sight, and stays so when messages come in. */
  get following(): boolean {
    return this.#following;
  }

  /** When the topmost message in sight was written; null at the beginning. */
  get topAt(): number | null {
    return this.#topAt;
  }

  /** Follows the size of the list, which changes with the keyboard, the composer and the window. */
  attach(list: HTMLElement): () => void {
    list.tabIndex = 0; // A list that scrolls must be reachable by the keyboard.
    this.#scroll = new ScrollPlace(list);
    const resized = new ResizeObserver(() => this.#stay());
    resized.observe(list);
    for (const child of list.children) resized.observe(child);
    const stopHolding = scrollbarHold(list, (held) => this.#hold(held));
    list.addEventListener("keydown", this.#pressed);
    return () => {
      resized.disconnect();
      stopHolding();
      list.removeEventListener("keydown", this.#pressed);
    };
  }

  /** The rows are others now. */
  changed(): void {
    if (this.#start !== this.#conversation.pages.start) this.#begin();
    else this.#stay();
    this.#extend(atEdge);
  }

  scrolled(): void {
    if (!this.#scroll || !this.#start) return;
    const isReader = !this.#scroll.isWhereWePutIt;
    this.#follow(this.view.atEnd && this.#scroll.isAtEnd);
    if (isReader) this.#scroll.note();
    this.#topAt = Number(this.#scroll.firstMessage?.dataset.at) || this.#topAt;
    this.#extend(isReader ? ahead : atEdge);
  }

  /** The End key by itself would stop at the end of the shown messages. */
  #pressed = (event: KeyboardEvent): void => {
    const isEnd = event.key === "End" || (event.key === "ArrowDown" && event.metaKey);
    if (!isEnd || event.shiftKey || event.defaultPrevented) return;
    event.preventDefault();
    this.toEnd();
  };

  /**
   * While the scroll bar is held nothing more is shown: its thumb stays under the pointer, so the list would scroll to the new
   * messages at once, and more would be fetched.
   */
  #hold(held: boolean): void {
    this.#held = held;
    if (!held) this.#extend(ahead);
  }

  /** Goes to the newest message, as soon as it is there. */
  toEnd(): void {
    this.#conversation.toEnd();
  }

  /** Begins where the unread part does when it is longer than the screen; otherwise at the end. */
  #begin(): void {
    const { start } = this.#conversation.pages;
    if (!this.#scroll) return;
    this.#start = start;
    this.view.begin();
    this.#scroll.goTo(start?.seq ?? null);
    this.#follow(this.view.atEnd && this.#scroll.isAtEnd);
  }

  /** Keeps in sight what is being read. */
  #stay(): void {
    if (this.#following) this.#scroll?.goToEnd();
    else this.#scroll?.restore();
  }

  #follow(following: boolean): void {
    this.#following = following;
    this.view.follow(following);
  }

  /**
   * Shows more of what is held on the side that comes near, and asks for more where no more is held and the edge is so near.
   * Only a reader who moves, or stands at the very edge, has more fetched: a page that arrives fetches no other.
   */
  #extend(near: number): void {
    if (!this.#scroll || !this.#start || this.#held) return;
    const { toTop, toEnd } = this.#scroll;
    if (toTop < ahead && !this.view.up() && toTop < near) this.#conversation.readOlder();
    if (toEnd < ahead && !this.#following && !this.view.down() && toEnd < near)
      this.#conversation.readNewer();
  }
}
