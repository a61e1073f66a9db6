import type { Message } from "../../server/protocol/events.ts";

interface Page {
  messages: readonly Message[];
  more: boolean;
}

/** Where reading begins: at the message with this `seq`, or at the newest one. A new object begins anew. */
export interface Start {
  seq: number | null;
}

/** The messages that are held of a conversation: a piece of it, ascending and without a gap. It may end before the newest. */
export class Pages {
  #messages = $state.raw<readonly Message[]>([]);
  #more = $state(false);
  #newer = $state(false);
  #start = $state.raw<Start | null>(null);

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Whether older messages exist than those held. */
  get more(): boolean {
    return this.#more;
  }

  /** Whether newer messages exist than those held. Without, whatever comes in is held. */
  get newer(): boolean {
    return this.#newer;
  }

  /** Null until a page has arrived, so that an empty list means an empty conversation. */
  get start(): Start | null {
    return this.#start;
  }

  get loaded(): boolean {
    return this.#start !== null;
  }

  /** The message with this `seq`, where it is held. */
  at(seq: number): Message | undefined {
    const found = this.#messages[placeOf(this.#messages, seq)];
    return found?.seq === seq ? found : undefined;
  }

  /** Whether everything from this `seq` on is held, as far as what is held goes. */
  reachesBackTo(seq: number): boolean {
    return this.loaded && (!this.#more || (this.#messages[0]?.seq ?? Number.POSITIVE_INFINITY) <= seq);
  }

  /** Holds this page instead of all others, to be read from `seq` on; from the newest message when that is null. */
  begin(page: Page & { newer?: boolean }, seq: number | null): void {
    this.#messages = page.messages;
    this.#more = page.more;
    this.#newer = page.newer ?? false;
    this.#start = { seq };
  }

  /** Begins anew in what is held. */
  beginAt(seq: number | null): void {
    if (this.loaded) this.#start = { seq };
  }

  /** Adds the page that ends where the oldest message held begins. */
  prepend(page: Page): void {
    this.#messages = merged(this.#messages, page.messages);
    this.#more = page.more;
  }

  /** Adds the page that begins where the newest message held ends. */
  append(page: Page): void {
    this.#messages = merged(this.#messages, page.messages);
    this.#newer = page.more;
  }

  /** Takes what is new or changed, except what lies beyond what is held: that comes with its page. */
  merge(messages: readonly Message[]): void {
    if (!this.loaded) return;
    const oldest = this.#more ? (this.#messages[0]?.seq ?? 0) : 0;
    const newest = this.#newer ? (this.#messages.at(-1)?.seq ?? 0) : Number.POSITIVE_INFINITY;
    const wanted = messages.filter(({ seq }) => seq >= oldest && seq <= newest);
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
    this.#more = this.#newer = false;
    this.#start = null;
  }
}

/** The messages with others merged in, ascending by `seq`, each once and at its highest `rev`. */
export function merged(messages: readonly Message[], others: readonly Message[]): Message[] {
  const all = [...messages];
  for (const message of others) {
    const index = placeOf(all, message.seq);
    const held = all[index];
    if (held?.seq !== message.seq) all.splice(index, 0, message);
    else if (message.rev > held.rev || isCountedFurther(message, held)) all[index] = message;
  }
  return all;
}

/** What answers a message is counted without another `rev`. */
const isCountedFurther = (message: Message, held: Message): boolean =>
  message.rev === held.rev && (message.replies?.upTo ?? 0) > (held.replies?.upTo ?? 0);

/** Where a message with this `seq` stands, or would stand, among messages in ascending order. */
function placeOf(messages: readonly Message[], seq: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (messages[middle]!.seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
