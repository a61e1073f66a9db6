import type { EventOf, Message } from "../../server/protocol/events.ts";
import { merged } from "./pages.svelte.ts";

export interface ThreadDeps {
  /** Asks for a page of the thread, and gives the command's ref; null when there is no connection. */
  ask(seq: number, before: number | undefined, refused: () => void): string | null;
}

/** A thread that is read beside the log: the message that began it, if it is held, and its latest answers. */
export class Thread {
  /** The place of the message that began it. */
  readonly seq: number;
  readonly #deps: ThreadDeps;
  #messages = $state.raw<readonly Message[]>([]);
  #more = $state(false);
  #loaded = $state(false);
  #ref: string | null = null;

  constructor(seq: number, deps: ThreadDeps) {
    this.seq = seq;
    this.#deps = deps;
    this.#read(undefined);
  }

  /** Ascending; with the message that began the thread, once all is held. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Whether there are older ones than those held. */
  get more(): boolean {
    return this.#more;
  }

  get loaded(): boolean {
    return this.#loaded;
  }

  readOlder(): void {
    const before = this.#messages.find(({ seq }) => seq !== this.seq)?.seq;
    if (this.#more && this.#ref === null && before !== undefined) this.#read(before);
  }

  take({ ref, messages, more }: EventOf<"thread.page">): void {
    if (ref !== this.#ref) return;
    this.#ref = null;
    this.#messages = merged(this.#messages, messages);
    this.#more = more;
    this.#loaded = true;
  }

  /** Takes what is new in the thread, or changed of it. */
  receive(messages: readonly Message[]): void {
    const oldest = this.#more ? (this.#messages.find(({ seq }) => seq !== this.seq)?.seq ?? 0) : 0;
    const theirs = messages.filter(
      ({ seq, thread }) => seq === this.seq || (thread === this.seq && seq >= oldest),
    );
    if (theirs.length > 0) this.#messages = merged(this.#messages, theirs);
  }

  /** What happened while there was no connection is read again. */
  resume(): void {
    this.#messages = [];
    this.#more = this.#loaded = false;
    this.#read(undefined);
  }

  #read(before: number | undefined): void {
    this.#ref = this.#deps.ask(this.seq, before, () => {
      this.#ref = null;
      this.#loaded = true;
    });
  }
}
