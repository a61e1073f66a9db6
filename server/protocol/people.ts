import * as v from "valibot";
import { limits } from "./limits.ts";
import { type AccountStatus, accountStatuses, type Role } from "./roles.ts";
import { optionalLine } from "./text.ts";

const reason = optionalLine(limits.reasonMax);

/** Keeps somebody from writing for a time. */
export const muting = v.strictObject({
  /** 0 lets them write again. */
  minutes: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(limits.muteMaxMinutes)),
  reason,
});
/** Suspends or bans somebody, which ends all their sessions, or lets them back in. A suspension takes the right `people.suspend`. */
export const statusChange = v.strictObject({ status: v.picklist(accountStatuses), reason });
/** Gives somebody another role. */
export const roleChange = v.strictObject({ role: v.picklist(["member", "moderator", "admin"]) });

export type Muting = v.InferOutput<typeof muting>;
export type StatusChange = v.InferOutput<typeof statusChange>;
export type RoleChange = v.InferOutput<typeof roleChange>;

/** Somebody as those see them who look after the chat; answer of `GET /api/people`, a list. Times are UTC milliseconds. */
export interface PersonInfo {
  id: number;
  name: string;
  role: Role;
  status: AccountStatus;
  statusReason: string | null;
  mutedUntil: number | null;
  createdAt: number;
  /** The rest is told to admins only, and null for moderators. */
  lastSignInAt: number | null;
  /** How many sessions there are. */
  sessions: number | null;
  /** Whether there is an authenticator app, or a passkey. */
  hasSecondFactor: boolean | null;
}
