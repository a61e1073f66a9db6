import * as v from "valibot";
import { linkToken } from "./account.ts";
import { limits } from "./limits.ts";
import { optionalLine } from "./text.ts";

const hour = 60 * 60 * 1000;
const whole = (min: number, max: number) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max));

/** Makes an invitation. */
export const newInvite = v.strictObject({
  /** What it is for; may be empty. */
  label: optionalLine(limits.labelMax),
  /** Milliseconds; null means that it ends only when it is revoked. */
  expiresIn: v.nullable(whole(hour, 30 * 24 * hour)),
  /** Null means as often as one likes. */
  maxUses: v.nullable(whole(1, 200)),
});
export type NewInvite = v.InferOutput<typeof newInvite>;

/** Asks whether somebody may come in with an invitation. */
export const inviteCheck = v.strictObject({ token: linkToken });

/** Whether an invitation can be used, and if not, why. */
export const inviteStates = ["open", "used up", "expired", "revoked"] as const;
export type InviteState = (typeof inviteStates)[number];

/** An invitation as the admins see it. Times are UTC milliseconds. */
export interface InviteInfo {
  id: number;
  /** What stands in its link, after `/join#`. */
  token: string;
  label: string;
  createdBy: number;
  createdAt: number;
  expiresAt: number | null;
  maxUses: number | null;
  uses: number;
  state: InviteState;
}

/** Answer of `GET /api/invites`: the latest first; and the origins at which the chat can be opened. */
export interface InviteList {
  invites: InviteInfo[];
  origins: readonly string[];
}

/** Answer of `POST /api/invitation`; `by` is who invites, null where that account is gone or the invitation cannot be used. */
export interface Invitation {
  valid: boolean;
  by: string | null;
}
