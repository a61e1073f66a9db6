import type { Message } from "../../server/protocol/events.ts";
import { merged } from "./messages.ts";

interface Page {
  messages: readonly Message[];
  more: boolean;
}

/** The messages that are held of a conversation: ascending, and from the oldest held one on without a gap. */
export class Pages {
  #messages = $state.raw<readonly Message[]>([]);
  #more = $state(false);
  #loaded = $state(false);

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Whether older messages exist than those held. */
  get more(): boolean {
    return this.#more;
  }

  /** Whether the latest page has arrived, so that an empty list means an empty conversation. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Starts from the latest page. */
  begin(page: Page): void {
    this.#messages = page.messages;
    this.#more = page.more;
    this.#loaded = true;
  }

  /** Adds the page that ends where the oldest message held begins. */
  prepend(page: Page): void {
    this.#messages = merged(this.#messages, page.messages);
    this.#more = page.more;
  }

  /** Takes what is new or changed, except what is older than anything held: that comes with its page. */
  merge(messages: readonly Message[]): void {
    if (!this.#loaded) return;
    const oldest = this.#more ? (this.#messages[0]?.seq ?? 0) : 0;
    const wanted = messages.filter(({ seq }) => seq >= oldest);
    this.#messages = merged(this.#messages, wanted);
  }

  /** Lets go of all but the newest `count`; says whether there was anything to let go of. */
  keep(count: number): boolean {
    if (this.#messages.length <= count) return false;
    this.#messages = this.#messages.slice(-count);
    this.#more = true;
    return true;
  }

  clear(): void {
    this.#messages = [];
    this.#more = this.#loaded = false;
  }
}
