import type { System } from "../transport/system.ts";

/** Whether one may write, and how long it still takes until one may again. */
export class Muting {
  readonly #system: Pick<System, "now" | "after">;
  readonly #ended: () => void;
  #until = $state<number | null>(null);
  #left = $state(0);
  #cancel = () => {};

  /** `ended` hears when one may write again. */
  constructor(system: Pick<System, "now" | "after">, ended: () => void) {
    this.#system = system;
    this.#ended = ended;
  }

  /** Until when one may not write, UTC milliseconds; null when one may. */
  get until(): number | null {
    return this.#until;
  }

  /** How long that still is, in milliseconds, right to the second. */
  get left(): number {
    return this.#left;
  }

  /** Takes what the server says. */
  become(until: number | null): void {
    const was = this.#until;
    this.#until = until;
    this.#cancel();
    if (until !== null) this.#tick(until);
    else if (was !== null) this.#ended();
  }

  leave(): void {
    this.#cancel();
  }

  #tick(until: number): void {
    this.#left = Math.max(0, until - this.#system.now());
    if (this.#left === 0) this.become(null);
    else this.#cancel = this.#system.after(this.#left % 1000 || 1000, () => this.#tick(until));
  }
}
