import type { Conversation } from "../state/conversation.svelte.ts";
import { LogView } from "./log-view.svelte.ts";
import { ScrollPlace } from "./scroll-place.ts";

/** So many pixels before an end of what is shown, more of it is fetched. */
const ahead = 800;

/** Someone reading the log of one conversation: keeps their place, and fetches what they are about to see. */
export class LogReader {
  readonly view: LogView;
  readonly #conversation: Conversation;
  #scroll: ScrollPlace | null = null;
  #begun = false;
  #following = $state(true);
  #topAt = $state<number | null>(null);

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
    this.view = new LogView(conversation.pages);
  }

  /** Whether the end is in sight, and stays so when messages come in. */
  get following(): boolean {
    return this.#following;
  }

  /** When the topmost row in sight was written; null at the beginning. */
  get topAt(): number | null {
    return this.#topAt;
  }

  /** Follows the size of the list, which changes with the keyboard, the composer and the window. */
  attach(list: HTMLElement): () => void {
    list.tabIndex = 0; // what scrolls must be within reach of the keyboard
    this.#scroll = new ScrollPlace(list);
    const resized = new ResizeObserver(() => this.#stay());
    resized.observe(list);
    for (const child of list.children) resized.observe(child);
    return () => resized.disconnect();
  }

  /** The rows are others now. */
  changed(): void {
    if (!this.#begun && this.#conversation.pages.loaded) this.#begin();
    else this.#stay();
    this.#fetch();
  }

  scrolled(): void {
    if (!this.#scroll || !this.#begun) return;
    this.#follow(this.view.atEnd && this.#scroll.isAtEnd);
    this.#scroll.note();
    this.#topAt = Number(this.#scroll.firstRow?.dataset.at) || this.#topAt;
    this.#fetch();
  }

  /** Back to the newest message. */
  toEnd(): void {
    this.view.begin(null);
    this.#follow(true);
    this.#scroll?.goToEnd();
  }

  /** Opens at the end, or where the unread part begins when it is longer than the screen. */
  #begin(): void {
    if (!this.#scroll) return;
    this.#begun = true;
    this.#scroll.goTo(this.#scroll.rowOf("unread"));
    this.#follow(this.#scroll.isAtEnd);
    this.#scroll.note();
  }

  /** Keeps in sight what is being read. */
  #stay(): void {
    if (this.#following) this.#scroll?.goToEnd();
    else this.#scroll?.restore();
    this.#scroll?.note();
  }

  #follow(following: boolean): void {
    this.#following = following;
    this.view.follow(following);
  }

  #fetch(): void {
    if (!this.#scroll || !this.#begun) return;
    if (this.#scroll.toTop < ahead && !this.view.up()) this.#conversation.readOlder();
    if (this.#scroll.toEnd < ahead && !this.#following) this.view.down();
  }
}
