import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from "jose";
import type { Ask } from "./asking.ts";
import { codeFlowUrl, redeem } from "./code-flow.ts";
import { verifyIdToken } from "./id-token.ts";
import { discovery, type Metadata } from "./metadata.ts";
import { failure, type Provider, type ProviderSettings } from "./provider.ts";
import { suggestedName } from "./suggested-name.ts";

/** Signs in at an issuer of OpenID Connect, by its authorization code flow (Core 1.0, section 3.1). */
export function openIdConnect(settings: ProviderSettings, ask: Ask, now: () => number): Provider {
  const { issuer, acr } = settings;
  const issuers = spellingsOf(issuer);
  const discover = discovery(settings, ask, now);
  const keysOf = keyRings(ask);

  return {
    settings,
    async authorizationUrl(question) {
      const { authorizationEndpoint } = await discover();
      // The profile serves to suggest a name. Neither mail address nor lasting access is requested.
      const url = codeFlowUrl(authorizationEndpoint, settings, question, ["openid", "profile"]);
      url.searchParams.set("nonce", question.nonce);
      if (acr.length > 0) url.searchParams.set("acr_values", acr.join(" "));
      return url;
    },
    async identify(answer) {
      const metadata = await discover();
      const names = answer.iss === null ? !metadata.namesItself : issuers.includes(answer.iss);
      if (!names) throw failure(`What came back does not come from ${issuer}.`);
      const tokens = await redeem(ask, metadata.tokenEndpoint, settings, answer, metadata.secretInBody);
      const claims = await verifyIdToken(tokens.id_token, settings, {
        keys: keysOf(metadata),
        issuers,
        nonce: answer.nonce,
        now: now(),
      });
      const { preferred_username, nickname, given_name, name } = claims;
      return {
        issuer,
        subject: claims.sub,
        suggestedName: suggestedName([preferred_username, nickname, given_name, name]),
      };
    },
  };
}

/** The spellings that an issuer has in tokens; Google has two: https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken */
function spellingsOf(issuer: string): string[] {
  return issuer === "https://accounts.google.com" ? [issuer, "accounts.google.com"] : [issuer];
}

/** Gives the issuer's keys, which are cached for ten minutes and read again when a token names a new one. */
function keyRings(ask: Ask): (metadata: Metadata) => JWTVerifyGetKey {
  let ring: { address: string; keys: JWTVerifyGetKey } | null = null;
  return ({ keys }) => {
    if (ring?.address !== keys.href) {
      const fetched = async (url: string) => Response.json(await ask(url));
      ring = { address: keys.href, keys: createRemoteJWKSet(keys, { [customFetch]: fetched }) };
    }
    return ring.keys;
  };
}
