import type { Ask } from "./asking.ts";
import { codeFlowUrl, redeem } from "./code-flow.ts";
import { failure, type Provider, type ProviderSettings } from "./provider.ts";
import { suggestedName } from "./suggested-name.ts";

const authorizationEndpoint = "https://github.com/login/oauth/authorize";
const tokenEndpoint = "https://github.com/login/oauth/access_token";

/**
 * Signing in at GitHub, which speaks OAuth 2 with PKCE but not OpenID Connect: who came is read from its API, with a token that
 * allows nothing else and is then forgotten. https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
export function github(settings: ProviderSettings, ask: Ask): Provider {
  return {
    settings,
    // Without any scope the token shows what is public anyway.
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
      // The login may be given to somebody else one day; the number never is.
      if (!Number.isSafeInteger(id)) throw failure("GitHub did not say who came.");
      return { issuer: settings.issuer, subject: String(id), suggestedName: suggestedName([login]) };
    },
  };
}
