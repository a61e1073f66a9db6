/** Above this many keys, full buckets are dropped: a new bucket is full as well. */
export const sweepAbove = 10_000;

/** The part of token buckets that takes tokens and gives them back. */
export type Allowance = Pick<TokenBuckets, "take" | "wait" | "giveBack">;

/** How many tokens a bucket holds, and how many come back in a minute. */
export interface Rate {
  burst: number;
  perMinute: number;
}

/** A token bucket per key: `burst` at once, then `perMinute` as time passes (https://en.wikipedia.org/wiki/Token_bucket). */
export class TokenBuckets {
  #buckets = new Map<string, { tokens: number; at: number }>();
  #sweepAbove = sweepAbove;
  readonly #rate: () => Rate;
  readonly #now: () => number;
  readonly #spent: (key: string, tokens: number) => void;

  /**
   * `rate` is read whenever a bucket is used, so that a changed rate holds at once. `spent` is called for every token that is
   * taken (1) or given back (-1), for bounds that are shared with other nodes.
   */
  constructor(rate: () => Rate, now: () => number, spent: (key: string, tokens: number) => void = () => {}) {
    this.#rate = rate;
    this.#now = now;
    this.#spent = spent;
  }

  get #burst() {
    return this.#rate().burst;
  }

  get #perMs() {
    return this.#rate().perMinute / 60_000;
  }

  /** How many keys are held in memory. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes tokens, by default one. Gives 0 when they were there, else the milliseconds until they are; then none was taken. */
  take(key: string, tokens = 1): number {
    const bucket = this.#refilled(key);
    if (bucket.tokens < tokens) return Math.ceil((tokens - bucket.tokens) / this.#perMs);
    bucket.tokens -= tokens;
    this.#spent(key, tokens);
    return 0;
  }

  /**
   * Takes a token in advance; gives the milliseconds until it is there. Gives null where more than `debtMax` would be owed;
   * then nothing was taken.
   */
  reserve(key: string, debtMax: number): number | null {
    const bucket = this.#refilled(key);
    if (bucket.tokens - 1 < -debtMax) return null;
    bucket.tokens -= 1;
    this.#spent(key, 1);
    return bucket.tokens >= 0 ? 0 : Math.ceil(-bucket.tokens / this.#perMs);
  }

  /** Gives the milliseconds until a token can be taken; takes none. */
  wait(key: string): number {
    const { tokens } = this.#refilled(key);
    return tokens >= 1 ? 0 : Math.ceil((1 - tokens) / this.#perMs);
  }

  /** Gives a token back when what it was taken for turned out not to count. */
  giveBack(key: string): void {
    const bucket = this.#refilled(key);
    bucket.tokens = Math.min(this.#burst, bucket.tokens + 1);
    this.#spent(key, -1);
  }

  /**
   * Takes tokens that were spent on another node, or gives them back where the number is negative. A bucket may owe as much as
   * it can hold, and stays empty until that has come back.
   */
  charge(key: string, tokens: number): void {
    const bucket = this.#refilled(key);
    bucket.tokens = Math.max(-this.#burst, Math.min(this.#burst, bucket.tokens - tokens));
  }

  #refilled(key: string) {
    const now = this.#now();
    if (this.#buckets.size > this.#sweepAbove) this.#sweep(now);
    const bucket = this.#buckets.get(key) ?? { tokens: this.#burst, at: now };
    bucket.tokens = Math.min(this.#burst, bucket.tokens + Math.max(0, now - bucket.at) * this.#perMs);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #sweep(now: number) {
    for (const [key, { tokens, at }] of this.#buckets) {
      if (tokens + (now - at) * this.#perMs >= this.#burst) this.#buckets.delete(key);
    }
    // The remaining buckets are in use. The next sweep waits for as many more, so that the cost per call stays constant.
    this.#sweepAbove = Math.max(sweepAbove, 2 * this.#buckets.size);
  }
}
