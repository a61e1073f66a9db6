import type { AccountNews } from "../../server/protocol/events.ts";

/** A sentence for each event on an account. DEVICE stands for the device that caused it. */
const words: Record<AccountNews, string> = {
  "session.began": "New login: DEVICE.",
  "password.changed": "Your password was changed on DEVICE.",
  "password.reset": "Your password was set anew by a reset link on DEVICE.",
  "code.added": "An authenticator app was added to your account on DEVICE.",
  "code.removed": "The authenticator app was removed from your account on DEVICE.",
  "recovery.renewed": "New recovery codes were made on DEVICE.",
  "recovery.used": "A recovery code was used to log in on DEVICE.",
  "passkey.added": "A passkey was added to your account on DEVICE.",
  "passkey.removed": "A passkey was removed from your account on DEVICE.",
  "provider.linked": "Logging in with a provider was set up on DEVICE.",
  "provider.unlinked": "Logging in with a provider was switched off on DEVICE.",
};

/** The sentence for an event on an account. */
export const accountWords = (what: AccountNews, device: string): string =>
  // The replacement is a function, because a string could contain `$&` and other patterns.
  words[what].replace("DEVICE", () => device || "an unknown device");
