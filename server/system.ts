import { randomBytes } from "node:crypto";

/** What the program may not know by itself: the time, chance, and waiting. Everything else receives it as an argument. */
export interface System {
  /** UTC milliseconds. */
  now(): number;
  /** Cryptographically strong random bytes. */
  random(bytes: number): Uint8Array;
  /** Runs `act` once after `ms`; the returned function cancels it. Does not keep the process alive. */
  after(ms: number, run: () => void): () => void;
}

export const system: System = {
  now: Date.now,
  random: (bytes) => randomBytes(bytes),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
