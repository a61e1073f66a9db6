import { closeCodes } from "../../server/protocol/close-codes.ts";

/** What to say on the sign-in page when the server closed the socket with one of these codes. */
export const endings: Record<number, string> = {
  [closeCodes.signedOut]: "You were logged out, on this device or from another one.",
  [closeCodes.sessionExpired]: "You were logged out because a long time had passed.",
  [closeCodes.accountDeleted]: "This account was deleted.",
};
