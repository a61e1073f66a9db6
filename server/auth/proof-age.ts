import type { Session } from "../store/sessions.ts";

/** By how much the clocks of nodes may differ. */
const skewMs = 60_000;

/**
 * Whether less than this time has passed since something was proven in a session. What was proven in the future was proven
 * before the clock was set back, nobody knows how long ago.
 */
export function isProvenWithin(ms: number, { provenAt }: Pick<Session, "provenAt">, now: number): boolean {
  const age = now - provenAt;
  return age < ms && age >= -skewMs;
}
