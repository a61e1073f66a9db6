import type { AccountNews } from "../../server/protocol/events.ts";

/** What has happened to one's account, with the device by which it did in place of DEVICE. */
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

/** A sentence for what happened. */
export const accountWords = (what: AccountNews, device: string): string =>
  // Put in by a function: what a replacement would take for a sign stays as it is.
  words[what].replace("DEVICE", () => device || "an unknown device");
