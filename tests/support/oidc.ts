import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";
import { testAuthority } from "./test-authority.ts";

export const client = { id: "chat", secret: "a secret: with & signs+of%its own" };
/** Another, whose secret can be a setting of the server. */
export const configured = { id: "configured", secret: "a-secret:with&signs+of%its=own" };

/** The settings of a server whose people sign in there. */
export const settingsFor = (issuer: string, name = "Homebase"): Record<string, string> => ({
  OIDC_ISSUER: issuer,
  OIDC_NAME: name,
  OIDC_CLIENT_ID: configured.id,
  OIDC_CLIENT_SECRET: configured.secret,
});

/** What the provider knows of somebody, beside the subject. */
export type Person = { name?: string; preferred_username?: string; email?: string };

export type OidcProvider = Awaited<ReturnType<typeof startOidcProvider>>;

/**
 * The certified oidc-provider on localhost over TLS, under an authority that nobody trusts unless a test says so. Its login page
 * asks for nothing but who one is. PKCE is required. `people` may be changed while it runs, and `redirectUris` until it is first
 * asked for something.
 */
export async function startOidcProvider(
  redirectUris: string[],
  people: Record<string, Person> = {},
  port = 0,
  trust = testAuthority(),
) {
  const { authority, pair } = await trust;
  const server = createServer({ cert: pair.cert, key: pair.key }).listen(port, "127.0.0.1");
  await once(server, "listening");
  const issuer = `https://localhost:${(server.address() as AddressInfo).port}`;
  const errors: unknown[] = [];
  const made = Promise.withResolvers<Provider>();
  server.once("request", async () => {
    const provider = new Provider(issuer, await configuration(redirectUris, people));
    for (const event of ["server_error", "authorization.error", "grant.error"])
      provider.on(event, (_, error) => errors.push(error));
    made.resolve(provider);
  });
  server.on("request", async (request, response) => {
    const provider = await made.promise;
    void (request.url?.startsWith("/login/")
      ? logIn(provider, request, response)
      : provider.callback()(request, response));
  });
  return {
    issuer,
    authority,
    people,
    errors,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function configuration(redirectUris: string[], people: Record<string, Person>) {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return {
    clients: [client, configured].map(({ id, secret }) => ({
      client_id: id,
      client_secret: secret,
      redirect_uris: redirectUris,
    })),
    jwks: { keys: [{ ...(await exportJWK(privateKey)), use: "sig", alg: "RS256", kid: "1" }] },
    cookies: { keys: ["only for tests"] },
    pkce: { required: () => true },
    scopes: ["openid", "profile"],
    claims: { openid: ["sub"], profile: ["name", "preferred_username"] },
    // As Google, Microsoft, Keycloak and others do it.
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    acrValues: ["strong"],
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/login/${uid}` },
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
    async loadExistingGrant({ oidc }: import("oidc-provider").Context) {
      const { clientId } = oidc.client;
      const grant = new oidc.provider.Grant({ accountId: oidc.session.accountId, clientId });
      grant.addOIDCScope("openid profile");
      await grant.save();
      return grant;
    },
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 60, Interaction: 600, Session: 600, Grant: 600 },
  };
}

const page = `<!doctype html><html lang="en"><title>Provider</title><form method="post">
<label>Who are you? <input name="sub" required></label> <button>Log in</button></form></html>`;

async function logIn(provider: Provider, request: IncomingMessage, response: ServerResponse) {
  if (request.method === "GET") return response.setHeader("content-type", "text/html").end(page);
  let body = "";
  for await (const part of request) body += part;
  const accountId = new URLSearchParams(body).get("sub")!;
  await provider.interactionFinished(request, response, { login: { accountId } });
}

/**
 * Goes where a server sent the browser, logs in at the real provider as `sub`, and gives the address to which the provider
 * sends the browser back.
 */
export async function comeBack(from: string, sub: string, authority: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = new URL(from);
  let form: string | null = null;
  const { origin } = url;
  for (let steps = 0; steps < 10; steps++) {
    const response = await fetch(url, {
      method: form === null ? "GET" : "POST",
      body: form,
      redirect: "manual",
      headers: {
        cookie: [...cookies].map((pair) => pair.join("=")).join("; "),
        ...(form !== null && { "content-type": "application/x-www-form-urlencoded" }),
      },
      tls: { ca: authority },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      if (value) cookies.set(name!, value);
      else cookies.delete(name!);
    }
    const to = response.headers.get("location");
    if (to === null) {
      const text = await response.text();
      if (form !== null || response.status !== 200) throw new Error(`The provider answered: ${text}`);
      form = new URLSearchParams({ sub }).toString();
      continue;
    }
    form = null;
    url = new URL(to, url);
    if (url.origin !== origin) return url;
  }
  throw new Error("The provider sent the browser around in a circle.");
}
