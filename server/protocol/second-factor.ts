import * as v from "valibot";
import { linkToken } from "./account.ts";

/** A code of an authenticator app, or a recovery code, as somebody typed it. */
export const givenCode = v.pipe(v.string(), v.maxLength(64));

/** The second step of signing in. */
export const codeGiven = v.strictObject({ code: givenCode });

/** Says that an authenticator app has taken the secret: by a code that it shows. */
export const codeConfirmation = v.strictObject({ ticket: linkToken, code: givenCode });
export type CodeConfirmation = v.InferOutput<typeof codeConfirmation>;

/** Answer of `POST /api/account/code`: what an authenticator app has to be given. */
export interface CodeOffer {
  /** Goes along with the confirmation. */
  ticket: string;
  /** In base32, to be typed where nothing can be scanned. */
  secret: string;
  /** The same for a QR code (https://github.com/google/google-authenticator/wiki/Key-Uri-Format). */
  uri: string;
}

/** Answer where new recovery codes were made: they are never shown again. */
export interface RecoveryCodes {
  recoveryCodes: string[];
}

/** Answer of `GET /api/account/factors`. */
export interface FactorsInfo {
  /** Since when there is an authenticator app, UTC milliseconds; null without one. */
  code: { since: number } | null;
  /** How many passkeys there are. */
  passkeys: number;
  /** How many recovery codes are left. */
  recoveryCodes: number;
}
