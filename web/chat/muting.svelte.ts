import type { ServerClock } from "../app/server-clock.svelte.ts";
import type { System } from "../transport/system.ts";

/** Whether one may write, and how long it still takes until one may again. */
export class Muting {
  readonly #system: Pick<System, "after">;
  readonly #clock: Pick<ServerClock, "now">;
  readonly #ended: () => void;
  /** The end that the server has given, also when it has passed. */
  #announced: number | null = null;
  #until = $state<number | null>(null);
  #left = $state(0);
  #cancel = () => {};

  /** `ended` is called when one may write again. */
  constructor(system: Pick<System, "after">, clock: Pick<ServerClock, "now">, ended: () => void) {
    this.#system = system;
    this.#clock = clock;
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
    this.#announced = until;
    this.look();
  }

  /** Reads the clock again, which may have been corrected. */
  look(): void {
    this.#cancel();
    const was = this.#until;
    this.#left = Math.max(0, (this.#announced ?? 0) - this.#clock.now());
    this.#until = this.#left > 0 ? this.#announced : null;
    if (this.#left > 0) this.#cancel = this.#system.after(this.#left % 1000 || 1000, () => this.look());
    else if (was !== null) this.#ended();
  }

  leave(): void {
    this.#cancel();
  }
}
