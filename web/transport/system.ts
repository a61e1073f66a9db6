/** What the client may not know by itself: the time, chance, names and waiting. Everything else receives it. */
export interface System {
  /** UTC milliseconds. */
  now(): number;
  /** A number from 0 up to, but not including, 1. */
  chance(): number;
  /** A UUID in lower case that nobody else has. */
  newId(): string;
  /** Runs `act` once after `ms`; the returned function cancels it. */
  after(ms: number, act: () => void): () => void;
}

export const browserSystem: System = {
  now: Date.now,
  chance: () => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32,
  newId: () => crypto.randomUUID(),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};
