/**
 * The server's time, as far as its answers have said; until then, the device's. All times that the server decides are counted
 * by it, and so are days, because the clock of a device may be wrong. The time zone is the device's.
 */
export class ServerClock {
  readonly #device: () => number;
  #ahead = $state(0);

  /** `device` gives the time of the device, UTC milliseconds. */
  constructor(device: () => number) {
    this.#device = device;
  }

  /** UTC milliseconds. */
  readonly now = (): number => this.of(this.#device());

  /** What time it is for the server when it is `device` for the device. */
  of(device: number): number {
    return device + this.#ahead;
  }

  /** The server's clock shows a time between these two just now. */
  heard(earliest: number, latest: number): void {
    const now = this.now();
    this.#ahead += Math.min(Math.max(now, earliest), latest) - now;
  }
}
