import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { Incident } from "../../logging/incident.ts";
import { failure, type ProviderSettings } from "./provider.ts";

/** Accepts only signatures by a private key: never `none`, and none that the client's own secret could make. */
const algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

/** How far the issuer's clock may differ from ours. */
const toleranceSeconds = 60;
/** How old a token may be: it comes with the answer to our own request, so it was made just now. */
const ageMaxSeconds = 600;
/** The claims of OpenID Connect Core 1.0, section 2. */
const subjectMax = 255;

/**
 * Verifies an id_token (OpenID Connect Core 1.0, section 3.1.3.7) with the issuer's keys, and gives its claims. Any deviation
 * is a failure.
 */
export async function verifyIdToken(
  token: unknown,
  { clientId, acr }: ProviderSettings,
  expected: { keys: JWTVerifyGetKey; issuers: string[]; nonce: string; now: number },
): Promise<JWTPayload & { sub: string }> {
  if (typeof token !== "string") throw failure("There is no id_token.");
  const { payload, protectedHeader } = await jwtVerify(token, expected.keys, {
    algorithms,
    issuer: expected.issuers,
    audience: clientId,
    requiredClaims: ["exp", "sub"],
    maxTokenAge: ageMaxSeconds,
    clockTolerance: toleranceSeconds,
    currentDate: new Date(expected.now),
  }).catch((error) => {
    if (error instanceof Incident) throw error;
    // Any other error than the library's own comes from an invalid key of the issuer.
    const reason = error instanceof errors.JOSEError ? error.message : `the key is none (${error.name})`;
    throw failure(`The id_token is not valid: ${reason}.`);
  });
  const { sub, aud, azp, nonce, acr: given } = payload;
  const isIt = (claim: string, holds: boolean) => {
    if (!holds) throw failure(`The id_token is not valid: "${claim}" is not as it should be.`);
  };
  // Other kinds of tokens that the same key signed are not accepted (RFC 8725, 3.11).
  isIt("typ", protectedHeader.typ === undefined || protectedHeader.typ.toUpperCase() === "JWT");
  isIt("sub", typeof sub === "string" && sub.length > 0 && sub.length <= subjectMax);
  isIt("azp", azp === clientId || (azp === undefined && (typeof aud === "string" || aud?.length === 1)));
  isIt("nonce", nonce === expected.nonce);
  isIt("acr", acr.length === 0 || (typeof given === "string" && acr.includes(given)));
  return { ...payload, sub: sub! };
}
