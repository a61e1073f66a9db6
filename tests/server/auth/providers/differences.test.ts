import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import {
  type Claims,
  goodClaims,
  type HostileProvider,
  startHostileProvider,
} from "../../../support/hostile-provider.ts";
import { client } from "../../../support/oidc.ts";
import { failing, type Ground, ground, leadingTo, origin, purpose, settingsOf } from "./ground.ts";

/** What stands where the providers would that do it otherwise than others. */
let standIn: HostileProvider;
beforeAll(async () => {
  standIn = await startHostileProvider();
});
beforeEach(() => standIn.reset());
afterAll(() => standIn.stop());

async function signIn(here: Ground, issuer: string, claims: Claims = {}) {
  const { url, cookie } = await here.begin("oidc", origin, purpose);
  const asked = new URL(url).searchParams;
  const good = goodClaims(issuer, asked.get("nonce")!, here.time.now());
  standIn.give(await standIn.sign({ ...good, ...claims }));
  const query = new URLSearchParams({ state: asked.get("state")!, code: "c", iss: issuer });
  return (await here.finish("oidc", query, cookie)).account;
}

const google = "https://accounts.google.com";

function metadataOf(issuer: string, over: Claims = {}) {
  const { origin: there } = new URL(issuer);
  const [token_endpoint, jwks_uri] = [`${there}/token`, `${there}/keys`];
  standIn.answers.metadata = () =>
    Response.json({
      issuer,
      authorization_endpoint: `${there}/authorize`,
      token_endpoint,
      jwks_uri,
      ...over,
    });
}

test("ASVS 10.5.3 Google may leave out the protocol in its name, and is one issuer all the same; nobody else may", async () => {
  metadataOf(google);
  const here = ground([settingsOf(google)], leadingTo(standIn));
  for (const iss of [google, "accounts.google.com"])
    expect(await signIn(here, google, { iss })).toMatchObject({ issuer: google, subject: "u1" });
  for (const iss of ["http://accounts.google.com", "https://accounts.google.com/", "accounts.google.com."])
    expect(await failing(here, signIn(here, google, { iss }))).toMatch(/"iss"/);

  metadataOf("https://id.example.com");
  const other = ground([settingsOf("https://id.example.com")], leadingTo(standIn));
  const said = await failing(other, signIn(other, "https://id.example.com", { iss: "id.example.com" }));
  expect(said).toMatch(/"iss"/);
});

test("ASVS 10.5.3 one tenant of Microsoft's is not taken for another", async () => {
  const tenant = (digit: number) => `https://login.microsoftonline.com/${digit}${"0".repeat(7)}/v2.0`;
  metadataOf(tenant(1));
  const here = ground([settingsOf(tenant(1))], leadingTo(standIn));
  expect((await signIn(here, tenant(1))).issuer).toBe(tenant(1));
  expect(await failing(here, signIn(here, tenant(1), { iss: tenant(2) }))).toMatch(/"iss"/);
});

test("an issuer whose name ends with a slash is asked at its well-known address, and keeps its name", async () => {
  metadataOf("https://id.example.com/");
  const here = ground([settingsOf("https://id.example.com/")], leadingTo(standIn));
  expect((await signIn(here, "https://id.example.com/")).issuer).toBe("https://id.example.com/");
});

test("the client shows its secret in the header, or in the body where the provider takes nothing else", async () => {
  const issuer = "https://id.example.com";
  const shown: [string | null, string | null][] = [];
  for (const methods of [undefined, ["client_secret_post", "client_secret_basic"], ["client_secret_post"]]) {
    metadataOf(issuer, { token_endpoint_auth_methods_supported: methods });
    const { token } = standIn.answers;
    standIn.answers.token = async (request) => {
      const form = new URLSearchParams(await request.clone().text());
      shown.push([request.headers.get("authorization")?.split(" ")[0] ?? null, form.get("client_secret")]);
      return token(request);
    };
    await signIn(ground([settingsOf(issuer)], leadingTo(standIn)), issuer);
    standIn.answers.token = token;
  }
  expect(shown).toEqual([
    ["Basic", null],
    ["Basic", null],
    [null, client.secret],
  ]);
});

test("a provider that does not name itself in what comes back needs not, but must not name another", async () => {
  const issuer = "https://id.example.com";
  metadataOf(issuer);
  const here = ground([settingsOf(issuer)], leadingTo(standIn));
  for (const names of [[], [google], [issuer, issuer], [""]]) {
    const { url, cookie } = await here.begin("oidc", origin, purpose);
    const asked = new URL(url).searchParams;
    standIn.give(await standIn.sign(goodClaims(issuer, asked.get("nonce")!, here.time.now())));
    const query = new URLSearchParams({ state: asked.get("state")!, code: "c" });
    for (const iss of names) query.append("iss", iss);
    const back = here.finish("oidc", query, cookie);
    if (names.length === 0) expect((await back).account.subject).toBe("u1");
    else expect(await failing(here, back)).toMatch(/does not come from/);
  }
});
