import { createHmac } from "node:crypto";
import { normalForm } from "../protocol/text.ts";
import type { HashPool } from "./hash-pool.ts";

/** The version of the pepper stands before every hash, so that the pepper can be changed one sign-in at a time. */
const version = "1:";

/** A hash that no password has, with the cost of the others, so that comparing with it takes as long. */
const noOne = (cost: number) => `$2b$${String(cost).padStart(2, "0")}$${".".repeat(53)}`;

/** Hashes and checks passwords. `source` is who asks; sources are served in turn. */
export type Passwords = ReturnType<typeof passwords>;

/**
 * bcrypt ignores everything after byte 72 and stops at a NUL. So a password first becomes the 44 characters of
 * base64(HMAC-SHA-256(pepper, password)): every byte counts, and the hash cannot be attacked without the pepper.
 */
export function passwords(pool: HashPool, pepper: Uint8Array) {
  const prehash = (password: string) => createHmac("sha256", pepper).update(password).digest("base64");

  return {
    /** Gives what is stored of a password, in its normal form: the pepper's version, then a bcrypt hash. */
    hash: async (password: string, source?: string): Promise<string> =>
      version + (await pool.hash(prehash(normalForm(password)), source)),
    /**
     * Whether the password has this hash. A null hash, of an account that does not exist, takes as long and never matches. A
     * password that was not typed in its normal form is compared in both forms, since old hashes are of the typed form.
     */
    async matches(password: string, stored: string | null, source?: string): Promise<boolean> {
      const hash = stored?.slice(version.length) ?? noOne(pool.cost);
      let isRight = false;
      // All forms are compared in any case, so that the time reveals neither whether the name exists nor which form matched.
      for (const form of new Set([normalForm(password), password]))
        if (await pool.matches(prehash(form), hash, source)) isRight = true;
      return isRight && stored !== null;
    },
  };
}
