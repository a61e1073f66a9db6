import * as v from "valibot";
import { givenCode } from "./second-factor.ts";
import { givenPassword } from "./text.ts";

/**
 * Shows once more who one is: by the password, and by a code of the authenticator app or a recovery code where the account
 * has a second step; by a code alone where it has no password.
 */
export const proof = v.pipe(
  v.strictObject({ password: v.optional(givenPassword), code: v.optional(givenCode) }),
  v.check(
    ({ password, code }) => password !== undefined || code !== undefined,
    "must have a password, a code, or both",
  ),
);
export type Proof = v.InferOutput<typeof proof>;
