import { afterAll, afterEach, beforeAll, describe, expect, setSystemTime, test } from "bun:test";
import { exportJWK, generateKeyPair } from "jose";
import {
  goodClaims,
  type HostileProvider,
  paths,
  startHostileProvider,
} from "../../../support/hostile-provider.ts";
import { failing, type Ground, ground, origin, purpose, settingsOf, trusting } from "./ground.ts";

let provider: HostileProvider;
beforeAll(async () => {
  provider = await startHostileProvider();
});
// The library that keeps the keys looks at the clock of the machine.
afterEach(() => void setSystemTime());
afterAll(() => provider.stop());

async function signIn(here: Ground, header = {}, key?: CryptoKey | Uint8Array) {
  const { url, cookie } = await here.begin("oidc", origin, purpose);
  const asked = new URL(url).searchParams;
  const claims = goodClaims(provider.issuer, asked.get("nonce")!, here.time.now());
  provider.give(await provider.sign(claims, header, key));
  const query = new URLSearchParams({ state: asked.get("state")!, code: "c", iss: provider.issuer });
  return here.finish("oidc", query, cookie);
}

const fresh = () => ground([settingsOf(provider.issuer)], trusting(provider.authority));

describe("ASVS 6.8.2 refused, in a sentence for the operator, are keys", () => {
  const secret = Buffer.alloc(32, 1);
  const oct = { kty: "oct", k: secret.toString("base64url"), kid: "1", alg: "HS256" };
  const wrong: [string, unknown, object?, Uint8Array?][] = [
    ["that are not there", {}],
    ["that are no list", { keys: "none" }],
    ["that are an empty list", { keys: [] }],
    ["that are no keys", { keys: [7, null] }],
    ["without their numbers", { keys: [{ kty: "RSA", kid: "1", alg: "RS256" }] }],
    ["with a number that is none", { keys: [{ kty: "RSA", kid: "1", alg: "RS256", n: "!", e: "AQAB" }] }],
    [
      "too short to be safe",
      { keys: [{ kty: "RSA", kid: "1", alg: "RS256", n: "w".repeat(171), e: "AQAB" }] },
    ],
    ["that are a shared secret", { keys: [oct] }, { alg: "HS256" }, secret],
  ];
  for (const [name, keys, header, key] of wrong)
    test(name, async () => {
      const here = fresh();
      provider.answers.keys = () => Response.json(keys);
      expect(await failing(here, signIn(here, header, key))).toMatch(
        /^[^{]*The id_token is not valid: [^{]+\.$/,
      );
    });
});

test("the issuer's keys are remembered, and a new one is found half a minute after they were read", async () => {
  provider.reset();
  const here = fresh();
  const timesRead = () => provider.asked.filter((path) => path === paths.keys).length;

  await signIn(here);
  await signIn(here);
  expect(timesRead()).toBe(1);

  const other = await generateKeyPair("ES256");
  const added = { ...(await exportJWK(other.publicKey)), kid: "2" };
  provider.answers.keys = () => Response.json({ keys: [added] });
  const said = await failing(here, signIn(here, { alg: "ES256", kid: "2" }, other.privateKey));
  expect(said).toMatch(/no applicable key/);
  expect(timesRead()).toBe(1);

  setSystemTime(new Date(Date.now() + 31_000));
  await signIn(here, { alg: "ES256", kid: "2" }, other.privateKey);
  expect(timesRead()).toBe(2);
  expect(await failing(here, signIn(here))).toMatch(/no applicable key/);
  expect(provider.asked.filter((path) => path === paths.metadata)).toHaveLength(1);
});
