/** A line in the log that is no message: it is shown where the conversation stood, and is gone after a reload. */
export interface Notice {
  id: number;
  text: string;
  /** UTC milliseconds. */
  at: number;
  /** The message it came after; 0 when there was none. */
  after: number;
}

const kept = 30;

/** What happened while one was looking: who came, who left. */
export class Notices {
  #all = $state.raw<readonly Notice[]>([]);
  #count = 0;

  get all(): readonly Notice[] {
    return this.#all;
  }

  add(text: string, at: number, after: number): void {
    this.#count += 1;
    this.#all = [...this.#all, { id: this.#count, text, at, after }].slice(-kept);
  }
}
