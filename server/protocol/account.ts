import * as v from "valibot";
import { limits } from "./limits.ts";
import type { Role } from "./roles.ts";
import type { PublicSettings } from "./settings.ts";
import { givenPassword, newPassword, normalForm, userName } from "./text.ts";

/** Token of a link; what is not of its form is simply not valid. */
export const linkToken = v.pipe(v.string(), v.maxLength(limits.linkTokenMax));

/** Makes an account. */
export const registration = v.strictObject({
  name: userName,
  password: newPassword,
  /** The token of an invitation, where the chat asks for one. */
  invite: v.optional(linkToken),
});
/** Signs in. It does not say which names are possible: a name of another shape is just a wrong one. */
export const credentials = v.strictObject({
  name: v.pipe(v.string(), v.maxLength(64), v.transform(normalForm)),
  password: givenPassword,
});
/** Sets another password of one's own. */
export const passwordChange = v.strictObject({
  /** Left out by an account that has no password yet, after a fresh proof. */
  current: v.optional(givenPassword),
  password: newPassword,
});
/** Deletes an account, and keeps or removes what it wrote. */
export const deletion = v.strictObject({ messages: v.picklist(["keep", "remove"]) });

export type Registration = v.InferOutput<typeof registration>;
export type Credentials = v.InferOutput<typeof credentials>;
export type Deletion = v.InferOutput<typeof deletion>;

/** What a session may be used for: all; giving a second factor; setting one up. */
export const stages = ["open", "second factor", "enrolment"] as const;
export type Stage = (typeof stages)[number];

/** Answer of `GET /api/session`: who is signed in, how far, and what the welcome page needs. */
export interface SessionInfo {
  /** Null where nobody is signed in. */
  user: { id: number; name: string; role: Role } | null;
  /** Left out where nobody is signed in. */
  stage?: Stage;
  /** What can be given as the second factor; there at the stage `second factor` only. */
  seconds?: { code: boolean; passkey: boolean; recovery: boolean };
  /** There where the second factor was just proven and no recovery code is left: new ones are due. */
  needsRecoveryCodes?: true;
  /** Null until the server is set up. */
  settings: PublicSettings | null;
  /** Providers one can sign in with. */
  providers: { id: string; name: string }[];
}

/** Answer of `GET /api/account`. Times are UTC milliseconds. */
export interface AccountInfo {
  id: number;
  name: string;
  role: Role;
  createdAt: number;
  lastSignInAt: number | null;
  hasPassword: boolean;
  hasCode: boolean;
  hasPasskey: boolean;
  /** Whether recovery codes were given, used up or not. */
  hasRecovery: boolean;
  /** Whether a proof by the password takes a code besides. */
  provesInTwoSteps: boolean;
  /** Whether what needs a fresh proof can be done now. */
  isFresh: boolean;
}
