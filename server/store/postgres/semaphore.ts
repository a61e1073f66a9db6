import { Refusal } from "../../refusal.ts";

/** How long a call waits for its turn. */
const patienceMs = 5_000;
const waitingMax = 20_000;

/** Makes a function wait for its turn. */
export type Semaphore = <Given extends unknown[], T>(
  work: (...given: Given) => Promise<T>,
) => (...given: Given) => Promise<T>;

/**
 * Lets at most `width` calls through at once, in the order in which they came. What waits here has asked PostgreSQL for
 * nothing yet: after a node has died ten thousand people read at once, and what they cannot be answered in time is not done
 * in vain. Refuses as `busy` who has waited for too long, or finds too many waiting.
 */
export function semaphore(width: number): Semaphore {
  let running = 0;
  const waiting = new Set<() => void>();

  /** Resolves when it is one's turn; null when that is now. */
  function turn(): Promise<void> | null {
    if (running < width) {
      running++;
      return null;
    }
    if (waiting.size >= waitingMax) throw new Refusal("busy", { retryAfter: 2000 });
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        waiting.delete(enter);
        reject(new Refusal("busy", { retryAfter: 2000 }));
      }, patienceMs);
      const enter = () => {
        clearTimeout(late);
        waiting.delete(enter);
        resolve();
      };
      waiting.add(enter);
    });
  }

  /** Whoever leaves hands its place to the one who has waited longest. */
  function leave() {
    const [next] = waiting;
    if (next) next();
    else running--;
  }

  return (work) =>
    async (...given) => {
      const later = turn();
      if (later) await later;
      try {
        return await work(...given);
      } finally {
        leave();
      }
    };
}
