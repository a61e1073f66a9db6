import type { LiveSettings } from "../accounts/settings.ts";
import type { Passwords } from "./passwords.ts";

/** Judges whether a password is good enough. */
export interface Strength {
  /** Refuses as `password_weak` a password that is easy to guess for somebody who knows these words. `source` is who asks. */
  check(password: string, words: readonly string[], source: string): Promise<void>;
}

/**
 * Gives the function that hashes a new password for storage. It refuses as `password_weak` what is not good enough for the user
 * of this name. `chat` is the name the chat is going to have, where it is just being set up.
 */
export type HashNew = (password: string, name: string, address: string, chat?: string) => Promise<string>;

export function newPasswords(
  passwords: Passwords,
  strength: Strength,
  settings: Pick<LiveSettings, "known">,
): HashNew {
  return async (password, name, address, chat) => {
    // Names that everybody here knows make no password stronger.
    const words = [name, chat ?? (await settings.known())?.name ?? ""].filter((word) => word !== "");
    await strength.check(password, words, address);
    return passwords.hash(password, address);
  };
}
