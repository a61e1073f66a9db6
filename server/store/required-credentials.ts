import { Refusal } from "../refusal.ts";
import type { Identity } from "./factors.ts";

/**
 * What an account has to keep where something of it is removed. It is looked at in the same transaction: of two that are
 * removed at once, each would count on the other.
 */
export interface RequiredCredentials {
  /** The providers that are set up now, where a way in has to stay: an account at any other opens nothing. */
  opening?: readonly Pick<Identity, "provider" | "issuer">[];
  /** Whether a second factor has to stay. */
  secondFactor?: boolean;
}

/** What is left of an account by which its person comes in. */
export interface RemainingCredentials {
  passwordHash: string | null;
  hasCode: boolean;
  hasPasskey: boolean;
  identities: readonly Pick<Identity, "provider" | "issuer">[];
}

/** Refuses as `last_way_in` or `enrolment_needed` where too little is left. */
export function requireEnough(
  left: RemainingCredentials,
  { opening, secondFactor }: RequiredCredentials,
): void {
  const opens = ({ provider, issuer }: RemainingCredentials["identities"][number]) =>
    opening?.some((each) => each.provider === provider && each.issuer === issuer);
  if (opening && left.passwordHash === null && !left.hasPasskey && !left.identities.some(opens))
    throw new Refusal("last_way_in");
  if (secondFactor && !left.hasCode && !left.hasPasskey) {
    const message = "This chat asks for a second factor. Set up another one before you remove this one.";
    throw new Refusal("enrolment_needed", { message });
  }
}
