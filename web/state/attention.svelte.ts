import type { System } from "../transport/system.ts";

const minute = 60_000;

/** Whether a person has this page before them, and what time it is for them. */
export class Attention {
  readonly #system: System;
  #present = $state(false);
  #now = $state(0);

  constructor(window: Window, system: System) {
    this.#system = system;
    const look = () => {
      const { document } = window;
      this.#present = document.visibilityState === "visible" && document.hasFocus();
      this.#now = system.now();
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
    return this.#now;
  }

  #tick(): void {
    this.#now = this.#system.now();
    this.#system.after(minute - (this.#now % minute), () => this.#tick());
  }
}
