import { createHmac } from "node:crypto";
import { normalForm } from "../protocol/text.ts";
import type { HashPool } from "./hash-pool.ts";

/** Both may be told the source that asks, for the order in which it is served. */
export interface Passwords {
  /** What is stored of a password, in its normal form: the pepper's version, then a bcrypt hash. */
  hash(password: string, source?: string): Promise<string>;
  /**
   * Whether the password is the one; `null` for an account that does not exist, which costs as much and is never it. One that is
   * typed in another than its normal form is compared in both, since hashes from before are of what was typed.
   */
  matches(password: string, stored: string | null, source?: string): Promise<boolean>;
}

/** The version of the pepper a hash was made with, so that the pepper can be changed one sign-in at a time. */
const version = "1:";

/** The hash of no password, with the cost of the others: to compare with it takes as long as with one of them. */
const noOne = (cost: number) => `$2b$${String(cost).padStart(2, "0")}$${".".repeat(53)}`;

/**
 * bcrypt ignores all past byte 72 and stops at a NUL, so a password first becomes the 44 characters of
 * base64(HMAC-SHA-256(pepper, password)): every byte counts, and the hash cannot be attacked without the pepper.
 */
export function passwords(pool: HashPool, pepper: Uint8Array): Passwords {
  const prehash = (password: string) => createHmac("sha256", pepper).update(password).digest("base64");

  return {
    hash: async (password, source) => version + (await pool.hash(prehash(normalForm(password)), source)),
    async matches(password, stored, source) {
      const hash = stored?.slice(version.length) ?? noOne(pool.cost);
      let isRight = false;
      // All of them in any case: how long it takes tells neither whether the name exists nor which form was right.
      for (const form of new Set([normalForm(password), password]))
        if (await pool.matches(prehash(form), hash, source)) isRight = true;
      return isRight && stored !== null;
    },
  };
}
