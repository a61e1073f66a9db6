import * as v from "valibot";
import { linkToken } from "./account.ts";
import { newPassword } from "./text.ts";

/** Asks whose password a reset link is for. */
export const resetCheck = v.strictObject({ token: linkToken });

/** Sets another password by a reset link. */
export const reset = v.strictObject({
  token: linkToken,
  password: newPassword,
  /** Of the authenticator app, or a recovery code: for accounts that have an app. */
  code: v.optional(v.pipe(v.string(), v.maxLength(64))),
});
export type Reset = v.InferOutput<typeof reset>;

/** Answer of `POST /api/people/:id/reset`: what stands in the link after `/reset#`, and until when it opens anything. */
export interface ResetLink {
  token: string;
  /** UTC milliseconds. */
  expiresAt: number;
}

/** Answer of `POST /api/reset/check`. */
export interface ResetInfo {
  name: string;
  /** Whether a code has to be given along with the new password. */
  needsCode: boolean;
}
