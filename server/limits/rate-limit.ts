import { Refusal } from "../refusal.ts";
import type { Allowance } from "./token-buckets.ts";

/** Takes a token of a key, such as a user's id or an address. Refuses as `rate_limited` without one, with the time to wait. */
export function spend(allowance: Pick<Allowance, "take">, key: number | string): void {
  const wait = allowance.take(String(key));
  if (wait > 0) throw new Refusal("rate_limited", { retryAfter: wait });
}
