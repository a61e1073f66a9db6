import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { client } from "./oidc.ts";
import { testAuthority } from "./test-authority.ts";

export type HostileProvider = Awaited<ReturnType<typeof startHostileProvider>>;
export type Claims = Record<string, unknown>;

/**
 * A provider over real TLS that does as it should until a test has it do otherwise: each of its answers can be set, and `reset`
 * brings the good ones back.
 */
export async function startHostileProvider(trust = testAuthority()) {
  const { authority, pair } = await trust;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: pair,
    fetch(request) {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      const answer = (["metadata", "token", "keys"] as const).find((each) => pathname.endsWith(paths[each]));
      if (answer) return answers[answer](request);
      return answers.elsewhere(request);
    },
  });
  const issuer = `https://localhost:${server.port}`;
  const asked: string[] = [];
  let idToken: unknown;
  const keys = await generateKeyPair("RS256", { extractable: true });
  const publicKey = { ...(await exportJWK(keys.publicKey)), kid: "1", use: "sig", alg: "RS256" };
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: issuer + paths.token,
    jwks_uri: issuer + paths.keys,
    authorization_response_iss_parameter_supported: true,
  };
  const good = {
    metadata: (_: Request): Response | Promise<Response> => Response.json(metadata),
    token: (_: Request): Response | Promise<Response> =>
      Response.json({ access_token: "a", id_token: idToken }),
    keys: (_: Request): Response | Promise<Response> => Response.json({ keys: [publicKey] }),
    elsewhere: (_: Request): Response | Promise<Response> => new Response(null, { status: 404 }),
  };
  const answers = { ...good };
  return {
    issuer,
    authority,
    answers,
    metadata,
    publicKey,
    /** The paths that were asked for. */
    asked,
    /** What it gives as an id_token from now on. */
    give(token: unknown) {
      idToken = token;
    },
    reset() {
      Object.assign(answers, good);
      asked.length = 0;
    },
    sign: (claims: Claims, header: Claims = {}, key: CryptoKey | Uint8Array = keys.privateKey) =>
      new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "1", ...header }).sign(key),
    stop: () => server.stop(true),
  };
}

export const paths = {
  metadata: "/.well-known/openid-configuration",
  token: "/token",
  keys: "/keys",
};

/** The claims of an id_token with which everything is as it should be. */
export function goodClaims(issuer: string, nonce: string, now: number): Claims {
  const seconds = Math.floor(now / 1000);
  return { iss: issuer, sub: "u1", aud: client.id, nonce, iat: seconds, exp: seconds + 60 };
}
