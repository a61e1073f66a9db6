import type { LiveSettings } from "../accounts/settings.ts";
import type { Passwords } from "./passwords.ts";

/** Says whether a password is good enough. */
export interface Strength {
  /** Refuses as `password_weak` what is too easy to guess for who knows these words; `source` is who asks. */
  check(password: string, words: readonly string[], source: string): Promise<void>;
}

/**
 * Makes what is stored of a password to be, if it is good enough for the user of this name; `password_weak` otherwise. `chat` is
 * what the chat is going to be called, where that is only just being said.
 */
export type HashNew = (password: string, name: string, address: string, chat?: string) => Promise<string>;

export function newPasswords(
  passwords: Passwords,
  strength: Strength,
  settings: Pick<LiveSettings, "known">,
): HashNew {
  return async (password, name, address, chat) => {
    // Words that everybody here knows make no password stronger.
    const words = [name, chat ?? (await settings.known())?.name ?? ""].filter((word) => word !== "");
    await strength.check(password, words, address);
    return passwords.hash(password, address);
  };
}
