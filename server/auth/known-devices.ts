import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { User } from "../store/users.ts";

export type KnownDevices = ReturnType<typeof knownDevices>;

/**
 * Marks the browsers an account has signed in from, so that someone guessing its password from elsewhere cannot shut
 * its owner out (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).
 * The mark proves an earlier sign-in with the present password and gives no access.
 */
export function knownDevices(pepper: Uint8Array) {
  /** The mark is bound to the password hash, so that a new password invalidates the marks of all devices. */
  const mark = (user: User) =>
    createHmac("sha256", pepper).update(`device:${user.id}:${user.passwordHash}`).digest("base64url");
  return {
    mark,
    /** The key under which guesses with a mark are counted; it does not reveal the mark. */
    keyOf: (mark: string): string => `device ${createHash("sha256").update(mark).digest("base64url")}`,
    isKnown(given: string | undefined, user: User | null): boolean {
      if (given === undefined || user === null) return false;
      const expected = Buffer.from(mark(user));
      const actual = Buffer.from(given);
      return expected.length === actual.length && timingSafeEqual(expected, actual);
    },
  };
}
