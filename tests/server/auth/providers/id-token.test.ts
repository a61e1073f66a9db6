import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { exportJWK, exportSPKI, generateKeyPair, importJWK } from "jose";
import {
  type Claims,
  goodClaims,
  type HostileProvider,
  startHostileProvider,
} from "../../../support/hostile-provider.ts";
import { client } from "../../../support/oidc.ts";
import { failing, type Ground, ground, origin, purpose, settingsOf, trusting } from "./ground.ts";

let provider: HostileProvider;
let here: Ground;
beforeAll(async () => {
  provider = await startHostileProvider();
});
beforeEach(() => {
  provider.reset();
  here = ground([settingsOf(provider.issuer)], trusting(provider.authority));
});
afterAll(() => provider.stop());

/** Signs in with the id_token that is made of the claims with which everything would be as it should be. */
async function signIn(tokenOf: (good: Claims) => unknown, at = here) {
  const { url, cookie } = await at.begin("oidc", origin, purpose);
  const asked = new URL(url).searchParams;
  const good = goodClaims(provider.issuer, asked.get("nonce")!, at.time.now());
  provider.give(await tokenOf(good));
  const query = new URLSearchParams({ state: asked.get("state")!, code: "c", iss: provider.issuer });
  return at.finish("oidc", query, cookie);
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

test("an id_token with which everything is as it should be is taken", async () => {
  const { account } = await signIn((good) => provider.sign(good));
  expect(account).toEqual({ issuer: provider.issuer, subject: "u1", suggestedName: null });
  for (const fine of [
    { aud: [client.id] },
    { aud: [client.id, "other"], azp: client.id },
    { azp: client.id },
  ])
    await signIn((good) => provider.sign({ ...good, ...fine }));
  await signIn((good) => provider.sign(good, { typ: "JWT" }));
});

describe("ASVS 10.5.1 10.5.4 refused is an id_token", () => {
  const now = () => Math.floor(here.time.now() / 1000);
  const wrong: [string, RegExp, () => Claims][] = [
    ["ASVS 10.5.1 with another nonce", /"nonce"/, () => ({ nonce: "another" })],
    ["ASVS 10.5.1 without a nonce", /"nonce"/, () => ({ nonce: undefined })],
    ["ASVS 10.5.4 for another client", /"aud"/, () => ({ aud: "other" })],
    ["ASVS 10.5.4 for nobody", /"aud"/, () => ({ aud: undefined })],
    ["ASVS 10.5.4 for several, of whom none asked for it", /"azp"/, () => ({ aud: [client.id, "other"] })],
    ["ASVS 10.5.4 that another has asked for", /"azp"/, () => ({ azp: "other" })],
    ["ASVS 10.5.3 of another issuer", /"iss"/, () => ({ iss: "https://other.example" })],
    ["ASVS 10.5.3 of an issuer written otherwise", /"iss"/, () => ({ iss: `${provider.issuer}/` })],
    ["ASVS 10.5.3 of no issuer", /"iss"/, () => ({ iss: undefined })],
    ["ASVS 9.2.1 that has expired", /"exp"/, () => ({ exp: now() - 61 })],
    ["ASVS 9.2.1 that never expires", /"exp"/, () => ({ exp: undefined })],
    ["ASVS 9.2.1 not valid yet", /"nbf"/, () => ({ nbf: now() + 120 })],
    ["made in the future", /"iat"/, () => ({ iat: now() + 120 })],
    ["made long ago", /"iat"/, () => ({ iat: now() - 700 })],
    ["made at no time", /"iat"/, () => ({ iat: undefined })],
    ["ASVS 10.5.2 without a subject", /"sub"/, () => ({ sub: undefined })],
    ["ASVS 10.5.2 with an empty subject", /"sub"/, () => ({ sub: "" })],
    ["ASVS 10.5.2 with a number as the subject", /"sub"/, () => ({ sub: 1 })],
    ["ASVS 10.5.2 with an endless subject", /"sub"/, () => ({ sub: "a".repeat(256) })],
  ];
  for (const [name, reason, claims] of wrong)
    test(name, async () => {
      const said = await failing(
        here,
        signIn((good) => provider.sign({ ...good, ...claims() })),
      );
      expect(said).toMatch(reason);
      expect(said).toStartWith("Signing in with The provider failed. The id_token is not valid: ");
    });

  const forged: [string, RegExp, (good: Claims) => unknown][] = [
    ["that nobody signed", /"alg" .*not allowed/, (good) => `${encode({ alg: "none" })}.${encode(good)}.`],
    [
      "that the client's secret signed",
      /"alg" .*not allowed/,
      (good) => provider.sign(good, { alg: "HS256" }, Buffer.from(client.secret)),
    ],
    [
      "that the public key signed, taken for a secret",
      /"alg" .*not allowed/,
      async (good) => {
        const key = (await importJWK(provider.publicKey, "RS256", { extractable: true })) as CryptoKey;
        return provider.sign(good, { alg: "HS256" }, Buffer.from(await exportSPKI(key)));
      },
    ],
    [
      "that another key signed",
      /signature verification failed/,
      async (good) => provider.sign(good, {}, (await generateKeyPair("RS256")).privateKey),
    ],
    [
      "that a key signed which it brings along itself",
      /signature verification failed/,
      async (good) => {
        const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
        const jku = `${provider.issuer}/elsewhere`;
        return provider.sign(good, { jku, x5u: jku, jwk: await exportJWK(publicKey) }, privateKey);
      },
    ],
    [
      "of a key that the issuer does not have",
      /no applicable key/,
      (good) => provider.sign(good, { kid: "2" }),
    ],
    [
      "whose claims were changed",
      /signature verification failed/,
      async (good) => {
        const [header, , signature] = (await provider.sign(good)).split(".");
        return [header, encode({ ...good, sub: "u2" }), signature].join(".");
      },
    ],
    ["without its signature", /./, async (good) => (await provider.sign(good)).replace(/[^.]*$/, "")],
    ["that is none", /./, () => "a.b.c"],
    ["that is not there", /There is no id_token/, () => undefined],
    ["that is no text", /There is no id_token/, () => ({ sub: "u1" })],
    [
      "with a demand that nobody here understands",
      /"crit"|Extension/,
      (good) => `${encode({ alg: "RS256", crit: ["x"], x: 1 })}.${encode(good)}.AAAA`,
    ],
  ];
  for (const [name, reason, make] of forged)
    test(`ASVS 6.8.2 ${name}`, async () => {
      const said = await failing(here, signIn(make));
      expect(said).toMatch(reason);
      expect(provider.asked).not.toContain("/elsewhere");
    });

  test("ASVS 9.2.2 that is a token of another kind, signed by the same key", async () => {
    const said = await failing(
      here,
      signIn((good) => provider.sign(good, { typ: "at+jwt" })),
    );
    expect(said).toMatch(/"typ"/);
  });
});

describe("ASVS 6.8.4 where a strong way of signing in is demanded", () => {
  const demanding = () =>
    ground([settingsOf(provider.issuer, { acr: ["strong", "stronger"] })], trusting(provider.authority));

  test("the provider is told so", async () => {
    const { url } = await demanding().begin("oidc", origin, purpose);
    expect(new URL(url).searchParams.get("acr_values")).toBe("strong stronger");
  });

  test("one of them is enough, and nothing else is", async () => {
    const at = demanding();
    await signIn((good) => provider.sign({ ...good, acr: "stronger" }), at);
    for (const acr of ["weak", "strong stronger", undefined, ["strong"], null])
      expect(
        await failing(
          at,
          signIn((good) => provider.sign({ ...good, acr }), at),
        ),
      ).toMatch(/"acr"/);
  });
});
