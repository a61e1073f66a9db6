import { Refusal } from "../refusal.ts";
import type { Allowance } from "./token-buckets.ts";

/** Takes a token of a key: of a user's id, or of an address. Refuses as `rate_limited`, saying until when, where there is none. */
export function spend(allowance: Pick<Allowance, "take">, key: number | string): void {
  const wait = allowance.take(String(key));
  if (wait > 0) throw new Refusal("rate_limited", { retryAfter: wait });
}
