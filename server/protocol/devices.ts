import * as v from "valibot";
import { limits } from "./limits.ts";
import { optionalLine } from "./text.ts";

/** What the owner calls a device; empty for nothing in particular. */
export const deviceLabel = v.strictObject({ label: optionalLine(limits.labelMax) });

/** A session of one's own; answer of `GET /api/account/sessions`, the latest used first. Times are UTC milliseconds. */
export interface DeviceInfo {
  /** Names the session in the routes; opens nothing. */
  id: string;
  /** Whether it is the one that asks. */
  isThis: boolean;
  label: string | null;
  /** The browser and the system, as they name themselves; null where they do not say. */
  browser: string | null;
  system: string | null;
  address: string;
  createdAt: number;
  /** To within ten minutes. */
  seenAt: number;
  /** Whether a second factor was given. */
  isTwoStep: boolean;
  /** Whether it is not logged in yet: a password was right there, and more is still to come. */
  isWaiting: boolean;
  /** Whether it opens only together with a key that its browser keeps; otherwise the cookie alone opens it. */
  isBound: boolean;
}
