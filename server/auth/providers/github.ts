import type { Ask } from "./asking.ts";
import { codeFlowUrl, redeem } from "./code-flow.ts";
import { failure, type Provider, type ProviderSettings } from "./provider.ts";
import { suggestedName } from "./suggested-name.ts";

const authorizationEndpoint = "https://github.com/login/oauth/authorize";
const tokenEndpoint = "https://github.com/login/oauth/access_token";

/**
 * Signs in at GitHub, which has OAuth 2 with PKCE but no OpenID Connect: the user is read from its API, with a token that allows
 * nothing else and is not stored. https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
export function github(settings: ProviderSettings, ask: Ask): Provider {
  return {
    settings,
    // A token without scopes reads only what is public.
    authorizationUrl: async (question) => codeFlowUrl(authorizationEndpoint, settings, question, []),
    async identify(answer) {
      const tokens = await redeem(ask, tokenEndpoint, settings, answer, true);
      if (typeof tokens.access_token !== "string") throw failure("GitHub gave no token.");
      const { id, login } = await ask("https://api.github.com/user", {
        headers: {
          authorization: `Bearer ${tokens.access_token}`,
          accept: "application/vnd.github+json",
          "user-agent": "secure-chat",
        },
      });
      // GitHub may give the login to somebody else one day, but never the number.
      if (!Number.isSafeInteger(id)) throw failure("GitHub did not say who came.");
      return { issuer: settings.issuer, subject: String(id), suggestedName: suggestedName([login]) };
    },
  };
}
