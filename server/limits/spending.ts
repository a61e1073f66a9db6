import { createHmac } from "node:crypto";
import type { Spent } from "../store/cluster-event.ts";
import type { System } from "../system.ts";
import { type Allowance, type Rate, TokenBuckets } from "./token-buckets.ts";

/** Of a flood, the keys that took most are told. */
const keysMax = 2_000;

/**
 * Makes rate limits, and adds up what is taken from them, so that nodes can charge each other: each decides by itself
 * and at once, and what is spent on another counts here a moment later. With `secret` null it is a single process, which
 * tells nobody. What is told passes the database, so keys (addresses, and whatever was typed as a name) are hidden first.
 */
export class Spending {
  readonly #now: () => number;
  readonly #secret: Uint8Array | null;
  #buckets = new Map<string, TokenBuckets>();
  #spent = new Map<string, Map<string, number>>();

  constructor(system: System, secret: Uint8Array | null) {
    this.#now = system.now;
    this.#secret = secret;
  }

  /** A bound that holds over all nodes under this name. */
  bound(name: string, burst: number, perMinute: number): Allowance {
    return this.changingBound(name, () => ({ burst, perMinute }));
  }

  /** The same, where the rate may change; it is asked for whenever it counts. */
  changingBound(name: string, rate: () => Rate): Allowance {
    // Nodes charge each other by the name, so two bounds of one name would each forget what the other was charged.
    if (this.#buckets.has(name)) throw new Error(`There are two rate limits called "${name}".`);
    const secret = this.#secret;
    if (secret === null) {
      const alone = new TokenBuckets(rate, this.#now);
      this.#buckets.set(name, alone);
      return alone;
    }
    const hidden = (key: string) => hiddenKey(secret, name, key);
    const spent = (key: string, tokens: number) => this.#note(name, key, tokens);
    const buckets = new TokenBuckets(rate, this.#now, spent);
    this.#buckets.set(name, buckets);
    return {
      take: (key) => buckets.take(hidden(key)),
      wait: (key) => buckets.wait(hidden(key)),
      giveBack: (key) => buckets.giveBack(hidden(key)),
    };
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

  /** Charges what another node says was spent there. A bound that only that node knows, as of another version, is left alone. */
  charge(spent: Spent): void {
    for (const [name, key, tokens] of spent) this.#buckets.get(name)?.charge(key, tokens);
  }
}

/** 128 bits of it are enough to tell keys apart, and say nothing of them without the secret. */
const hiddenKey = (secret: Uint8Array, name: string, key: string): string =>
  createHmac("sha256", secret).update(`${name}\0${key}`).digest("base64url").slice(0, 22);
