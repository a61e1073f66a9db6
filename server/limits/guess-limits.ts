import { Refusal } from "../refusal.ts";
import type { Allowance } from "./token-buckets.ts";

/** Makes a rate limit under a name of its own, which holds over all nodes. */
export type Bound = (name: string, burst: number, perMinute: number) => Allowance;

/** Where a guess comes from. */
export interface Source {
  /** The network address. */
  address: string;
  /** What shows that the account's owner was there before: the mark of a device, or a session; null where nothing does. */
  known: string | null;
}

export interface GuessLimits {
  /**
   * Runs one check of a password for an account name. A wrong password counts as a guess, a right one does not. Refuses as
   * `rate_limited` after too many wrong ones.
   */
  attempt<T>(account: string, source: Source, check: () => Promise<T | false>): Promise<T | false>;
}

/**
 * Three bounds on the wrong passwords of strangers, each a token bucket:
 * one address in all, one address on one account, and one account from all addresses together.
 * An address alone runs into its own bound long before it can use up the account's. A known device or session has a bound of
 * its own, whatever address it comes from, so that guessing from many addresses does not shut the owner out. Once that is used
 * up, it counts as a stranger, so that a stolen mark gives an attacker little.
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
