import type { Session } from "../store/sessions.ts";

/** By how much the clocks of nodes may differ. */
const skewMs = 60_000;

/**
 * Whether a session's latest proof is younger than this. A proof in the future was made before the clock was set back, so that
 * its age is unknown, and counts as old.
 */
export function isProvenWithin(ms: number, { provenAt }: Pick<Session, "provenAt">, now: number): boolean {
  const age = now - provenAt;
  return age < ms && age >= -skewMs;
}
