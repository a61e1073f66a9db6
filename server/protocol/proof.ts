import * as v from "valibot";
import { givenCode } from "./second-factor.ts";
import { givenPassword } from "./text.ts";

/** Shows once more who one is: by the password, or by a code of the authenticator app or a recovery code. */
export const proof = v.union(
  [v.strictObject({ password: givenPassword }), v.strictObject({ code: givenCode })],
  "must have either a password or a code",
);
export type Proof = v.InferOutput<typeof proof>;
