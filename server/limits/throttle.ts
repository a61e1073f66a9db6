import { Refusal } from "../refusal.ts";
import type { System } from "../system.ts";
import { TokenBuckets } from "./token-buckets.ts";

/** How long a request waits for its turn at most; one that would wait longer is refused. */
export const longestWaitMs = 10_000;
/** How long a refusal is delayed. */
export const heldBackMs = 1_000;

/** Resolves when it is the turn of a request from this address; refuses as `rate_limited`, after a delay, where the queue is too long. */
export type Throttle = (address: string) => Promise<void>;

/**
 * Limits the rate of requests per address: a fifth of a second's worth is served at once, and faster ones wait for their turn,
 * as in a leaky bucket used as a queue (https://en.wikipedia.org/wiki/Leaky_bucket). A page that sends twenty requests is
 * served at once, while a hostile client gets no more of the processor than its rate. Waiting costs nothing; refusing costs
 * nearly as much as answering, and a client that is refused at once asks again at once.
 */
export function throttle(perSecond: number, system: System): Throttle {
  const rate = { burst: Math.ceil(perSecond / 5), perMinute: perSecond * 60 };
  const allowance = new TokenBuckets(() => rate, system.now);
  const longestLine = (longestWaitMs / 1000) * perSecond;
  const pass = (ms: number) => new Promise<void>((resolve) => void system.after(ms, resolve));

  return async (address) => {
    const wait = allowance.reserve(address, longestLine);
    if (wait === 0) return;
    await pass(wait ?? heldBackMs);
    if (wait === null) throw new Refusal("rate_limited", { retryAfter: longestWaitMs });
  };
}
