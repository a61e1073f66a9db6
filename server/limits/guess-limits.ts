import { Refusal } from "../refusal.ts";
import type { Allowance } from "./token-buckets.ts";

/** Makes a rate limit that holds wherever this program runs, under a name of its own. */
export type Bound = (name: string, burst: number, perMinute: number) => Allowance;

/** Where a guess comes from. */
export interface Source {
  /** The network address. */
  address: string;
  /** What shows that the account's owner was there before: the mark of a device, a session; null where nothing does. */
  known: string | null;
}

export interface GuessLimits {
  /**
   * Runs one check of a password for an account name; false from it counts as a guess, true costs nothing.
   * Refuses as `rate_limited` when too many were wrong.
   */
  attempt<T>(account: string, source: Source, check: () => Promise<T | false>): Promise<T | false>;
}

/**
 * Three bounds on the wrong passwords of strangers, each a token bucket:
 * one address in all, one address on one account, and one account from all addresses together.
 * An address alone runs into its own bound long before it can use up the account's. Whoever is known to the account has
 * a bound of their own, so that even guessing from many addresses does not shut the owner out; it goes with what they
 * are known by, wherever they come from, and when it is used up they are strangers, so that a stolen one gives little.
 */
export function guessLimits(bound: Bound): GuessLimits {
  const perAddress = bound("guesses by address", 30, 10);
  const perPair = bound("guesses by address and account", 10, 1);
  const perAccount = bound("guesses by account", 100, 2);
  const perKnown = bound("guesses of the known", 10, 1);

  return {
    async attempt(account, { address, known }, check) {
      const name = account.toLowerCase();
      const bounds: [Allowance, string][] =
        known !== null && perKnown.wait(known) === 0
          ? [[perKnown, known]]
          : [
              [perAddress, address],
              [perPair, `${address} ${name}`],
              [perAccount, name],
            ];
      const wait = Math.max(...bounds.map(([buckets, key]) => buckets.wait(key)));
      if (wait > 0) {
        throw new Refusal("rate_limited", {
          retryAfter: wait,
          message: `Too many wrong tries. Please wait ${inWords(wait)} and try again.`,
        });
      }
      for (const [buckets, key] of bounds) buckets.take(key);
      const giveBack = () => {
        for (const [buckets, key] of bounds) buckets.giveBack(key);
      };
      try {
        const result = await check();
        if (result !== false) giveBack();
        return result;
      } catch (error) {
        giveBack();
        throw error;
      }
    },
  };
}

function inWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds > 90) return `${Math.ceil(seconds / 60)} minutes`;
  return seconds === 1 ? "a second" : `${seconds} seconds`;
}
