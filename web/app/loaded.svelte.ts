import { Refused } from "../transport/refused.ts";

/** Something that a page shows and the server knows: not here yet, here, or not to be had. */
export class Loaded<T> {
  readonly #read: () => Promise<T>;
  #value = $state.raw<T | null>(null);
  #failure = $state<string | null>(null);
  #asked = 0;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  /** Null until it is here. */
  get value(): T | null {
    return this.#value;
  }

  /** Why it is not to be had, or not anew. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Asks for it, or asks again; of several answers the one to the latest question counts. */
  async load(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const value = await this.#read();
      if (asked !== this.#asked) return;
      this.#value = value;
      this.#failure = null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (asked === this.#asked) this.#failure = error.message;
    }
  }
}
