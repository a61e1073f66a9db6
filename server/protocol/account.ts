import * as v from "valibot";
import { givenPassword, newPassword, userName } from "./text.ts";

/** The bodies of the HTTP routes. Unknown keys are refused. */
export const registration = v.strictObject({ name: userName, password: newPassword });
/** Signing in does not say which names are possible: a name of another shape is just a wrong one. */
export const credentials = v.strictObject({
  name: v.pipe(v.string(), v.maxLength(64)),
  password: givenPassword,
});
export const passwordChange = v.strictObject({ current: givenPassword, password: newPassword });
export const deletion = v.strictObject({ password: givenPassword });

export type Registration = v.InferOutput<typeof registration>;
export type Credentials = v.InferOutput<typeof credentials>;

/** Answer of `GET /api/session`: who is signed in, and what the welcome page needs. */
export interface SessionInfo {
  user: { id: number; name: string } | null;
  registration: "open" | "closed";
}

/** Answer of `GET /api/account`. Times are UTC milliseconds. */
export interface AccountInfo {
  id: number;
  name: string;
  createdAt: number;
  lastSignInAt: number | null;
}
