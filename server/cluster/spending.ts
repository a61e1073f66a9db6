import type { Spent } from "../db/postgres/notices.ts";
import type { System } from "../system.ts";
import { TokenBuckets } from "../token-buckets.ts";

/** Of a flood, the keys that took most are told. */
const keysMax = 2_000;

/**
 * Makes rate limits, and adds up what is taken from them, so that nodes can charge each other: each decides by itself
 * and at once, and what is spent on another counts here a moment later. `gathers` is false for a single process.
 */
export class Spending {
  readonly #now: () => number;
  readonly #gathers: boolean;
  #buckets = new Map<string, TokenBuckets>();
  #spent = new Map<string, Map<string, number>>();

  constructor(system: System, gathers: boolean) {
    this.#now = system.now;
    this.#gathers = gathers;
  }

  /** A bound that holds over all nodes under this name. */
  bound(name: string, burst: number, perMinute: number): TokenBuckets {
    const spent = (key: string, tokens: number) => this.#note(name, key, tokens);
    const buckets = new TokenBuckets(burst, perMinute, this.#now, this.#gathers ? spent : undefined);
    this.#buckets.set(name, buckets);
    return buckets;
  }

  /** What was spent here since it was last collected; null when nothing was. */
  collect(): Spent | null {
    const spent = [...this.#spent].flatMap(([name, keys]) =>
      [...keys]
        .filter(([, tokens]) => tokens !== 0)
        .map(([key, tokens]): Spent[number] => [name, key, tokens]),
    );
    this.#spent.clear();
    if (spent.length === 0) return null;
    return spent.sort(([, , one], [, , other]) => other - one).slice(0, keysMax);
  }

  /** Takes back what was collected and could not be told. */
  putBack(spent: Spent): void {
    for (const [name, key, tokens] of spent) this.#note(name, key, tokens);
  }

  #note(name: string, key: string, tokens: number) {
    const keys = this.#spent.get(name) ?? new Map<string, number>();
    this.#spent.set(name, keys.set(key, (keys.get(key) ?? 0) + tokens));
  }

  /** Charges what another node says was spent there. */
  charge(spent: Spent): void {
    for (const [name, key, tokens] of spent) this.#buckets.get(name)?.charge(key, tokens);
  }
}
