import { Refused } from "../transport/refused.ts";

/** A value that a page loads from the server: not loaded yet, loaded, or failed. */
export class Loaded<T> {
  readonly #read: () => Promise<T>;
  #value = $state.raw<T | null>(null);
  #failure = $state<string | null>(null);
  #asked = 0;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  /** Null until it is loaded. */
  get value(): T | null {
    return this.#value;
  }

  /** Why loading it failed, the first time or again. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Loads it, or loads it again. Of several answers the one to the latest request counts. */
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
