import type { Interval } from "./invariants.ts";

const tickMs = 50;
const noticedMs = 250;

/** The times in which this process itself did not get on, as they come: what it notes then, it notes late. */
export function pausesOfThisProcess(): Interval[] {
  const pauses: Interval[] = [];
  let last = Date.now();
  setInterval(() => {
    const now = Date.now();
    if (now - last > tickMs + noticedMs) pauses.push({ from: last, to: now });
    last = now;
  }, tickMs).unref();
  return pauses;
}
