import { createHmac } from "node:crypto";
import type { Spent } from "../store/cluster-event.ts";
import type { System } from "../system.ts";
import { type Allowance, type Rate, TokenBuckets } from "./token-buckets.ts";

/** How many keys are collected at once; of more, those that spent most. */
const keysMax = 2_000;

/**
 * Makes rate limits, and adds up what is taken from them, so that nodes can charge each other: every node decides by itself and
 * at once, and what is spent on another node counts here a moment later. A single process has a null `secret` and collects
 * nothing. Charges pass through the database, so keys (addresses, and whatever was typed as a name) are hashed with the secret.
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

  /** Makes a bound that holds over all nodes under this name. */
  bound(name: string, burst: number, perMinute: number): Allowance {
    return this.changingBound(name, () => ({ burst, perMinute }));
  }

  /** Makes a bound whose rate may change: `rate` is read whenever the bound is used. */
  changingBound(name: string, rate: () => Rate): Allowance {
    // Nodes charge each other by name, so of two bounds with one name only the latter would be charged.
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

  /** Gives what was spent here since the last call; null when nothing was. */
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

  /** Takes back what was collected and could not be sent. */
  putBack(spent: Spent): void {
    for (const [name, key, tokens] of spent) this.#note(name, key, tokens);
  }

  #note(name: string, key: string, tokens: number) {
    const keys = this.#spent.get(name) ?? new Map<string, number>();
    this.#spent.set(name, keys.set(key, (keys.get(key) ?? 0) + tokens));
  }

  /** Charges what was spent on another node. A bound that this node does not know, such as of another version, is skipped. */
  charge(spent: Spent): void {
    for (const [name, key, tokens] of spent) this.#buckets.get(name)?.charge(key, tokens);
  }
}

/** Hashes a key: 128 bits are enough to tell keys apart, and reveal nothing without the secret. */
const hiddenKey = (secret: Uint8Array, name: string, key: string): string =>
  createHmac("sha256", secret).update(`${name}\0${key}`).digest("base64url").slice(0, 22);
