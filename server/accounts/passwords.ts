import { createHmac } from "node:crypto";
import type { HashPool } from "./hash-pool.ts";

export interface Passwords {
  /** What is stored of a password: the pepper's version, then a bcrypt hash. */
  hash(password: string): Promise<string>;
  /** Whether the password is the one; `null` for an account that does not exist, which costs as much and is never it. */
  matches(password: string, stored: string | null): Promise<boolean>;
}

/** The version of the pepper a hash was made with, so that the pepper can be changed one sign-in at a time. */
const version = "1:";

/** Of no password; made with the same cost, so that an unknown name takes as long as a wrong password. */
const noOne = (pool: HashPool) => pool.hash("no password has this prehash");

/**
 * bcrypt ignores all past byte 72 and stops at a NUL, so a password first becomes the 44 characters of
 * base64(HMAC-SHA-256(pepper, password)): every byte counts, and the hash cannot be attacked without the pepper.
 */
export function passwords(pool: HashPool, pepper: Uint8Array): Passwords {
  let decoy: Promise<string> | null = null;
  const prehash = (password: string) => createHmac("sha256", pepper).update(password).digest("base64");

  return {
    hash: async (password) => version + (await pool.hash(prehash(password))),
    async matches(password, stored) {
      decoy ??= noOne(pool);
      const hash = stored?.slice(version.length) ?? (await decoy);
      return (await pool.matches(prehash(password), hash)) && stored !== null;
    },
  };
}
