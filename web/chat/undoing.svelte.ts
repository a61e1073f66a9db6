/** For how long one can think better of it. */
const graceMs = 5_000;

interface Waiting {
  /** What is about to be done, as if it were done already. */
  text: string;
  act(): void;
  /** Takes back what was shown as if it were done. */
  undo(): void;
}

/** Something that is done in five seconds, unless the person takes it back; something else does it at once. */
export class Undoing {
  readonly #after: (ms: number, run: () => void) => () => void;
  #waiting = $state.raw<Waiting | null>(null);
  #stop = () => {};

  constructor(after: (ms: number, run: () => void) => () => void) {
    this.#after = after;
  }

  /** What is about to be done; null when nothing is. */
  get text(): string | null {
    return this.#waiting?.text ?? null;
  }

  begin(waiting: Waiting): void {
    this.finish();
    this.#waiting = waiting;
    this.#stop = this.#after(graceMs, () => this.finish());
  }

  /** Does it now, as where the page is closed. */
  finish(): void {
    this.#take()?.act();
  }

  undo(): void {
    this.#take()?.undo();
  }

  #take(): Waiting | null {
    const waiting = this.#waiting;
    this.#stop();
    this.#waiting = null;
    return waiting;
  }
}
