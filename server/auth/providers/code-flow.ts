import { CodeChallengeMethod, OAuth2Client } from "arctic";
import type { Ask, Fields } from "./asking.ts";
import type { Answer, ProviderSettings, Question } from "./provider.ts";

/**
 * Gives the address at the provider that begins the authorization code flow (RFC 6749, 4.1) with PKCE (RFC 7636) by SHA-256.
 * Nothing else of arctic is used. It is no longer maintained, it reads id_tokens without verifying them, and it redeems codes
 * through the global fetch, which follows redirects, has no bounds of time and size, and cannot be told which hosts to trust.
 */
export function codeFlowUrl(
  endpoint: string,
  { clientId }: ProviderSettings,
  { redirectUri, state, verifier }: Question,
  scopes: string[],
): URL {
  const client = new OAuth2Client(clientId, null, redirectUri);
  return client.createAuthorizationURLWithPKCE(endpoint, state, CodeChallengeMethod.S256, verifier, scopes);
}

/** Redeems the code for tokens (RFC 6749, 4.1.3). The client's secret is sent in the header or, where the provider wants it, in the body. */
export function redeem(
  ask: Ask,
  endpoint: string,
  { clientId, clientSecret }: ProviderSettings,
  { code, redirectUri, verifier }: Answer,
  secretInBody = false,
): Promise<Fields> {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...(secretInBody && { client_id: clientId, client_secret: clientSecret }),
  });
  const headers: Record<string, string> = {
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
  };
  if (!secretInBody) headers.authorization = basic(clientId, clientSecret);
  return ask(endpoint, { method: "POST", headers, body: body.toString() });
}

/** Encodes both parts as in forms before joining them (RFC 6749, 2.3.1). */
function basic(clientId: string, clientSecret: string): string {
  const encoded = (text: string) => new URLSearchParams({ text }).toString().slice("text=".length);
  return `Basic ${Buffer.from(`${encoded(clientId)}:${encoded(clientSecret)}`).toString("base64")}`;
}
