import type { System } from "../transport/system.ts";
import type { ServerClock } from "./server-clock.svelte.ts";

const minute = 60_000;

/** Whether a person is looking at this page, and what time it is for them. */
export class Attention {
  readonly #system: System;
  readonly #clock: ServerClock;
  #present = $state(false);
  /** By the device's clock. */
  #looked = $state(0);

  constructor(window: Window, system: System, clock: ServerClock) {
    this.#system = system;
    this.#clock = clock;
    const look = () => {
      const { document } = window;
      this.#present = document.visibilityState === "visible" && document.hasFocus();
      this.#looked = system.now();
    };
    for (const event of ["focus", "blur", "pageshow"]) window.addEventListener(event, look);
    window.document.addEventListener("visibilitychange", look);
    look();
    this.#tick();
  }

  get present(): boolean {
    return this.#present;
  }

  /** UTC milliseconds, right to the minute: enough to tell today from yesterday. */
  get now(): number {
    return this.#clock.of(this.#looked);
  }

  #tick(): void {
    this.#looked = this.#system.now();
    this.#system.after(minute - (this.now % minute), () => this.#tick());
  }
}
