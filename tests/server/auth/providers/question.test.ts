import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { contentsOf } from "../../../support/database.ts";
import { type OidcProvider, startOidcProvider } from "../../../support/oidc.ts";
import { type Ground, ground, origin, purpose, settingsOf, trusting } from "./ground.ts";

let provider: OidcProvider;
let here: Ground;
beforeAll(async () => {
  provider = await startOidcProvider([]);
});
beforeEach(() => {
  here = ground([settingsOf(provider.issuer)], trusting(provider.authority));
});
afterAll(() => provider.stop());

test("ASVS 10.2.3 the provider is asked for the least that is needed", async () => {
  const { url } = await here.begin("oidc", origin, purpose);
  expect(new URL(url).searchParams.get("scope")).toBe("openid profile");
});

test("ASVS 10.1.2 state, nonce and challenge are 256 bits, and others each time", async () => {
  const { url, cookie } = await here.begin("oidc", origin, purpose);
  const again = await here.begin("oidc", origin, purpose);
  for (const name of ["state", "nonce", "code_challenge"]) {
    const [value, next] = [url, again.url].map((each) => new URL(each).searchParams.get(name)!);
    expect(Buffer.from(value!, "base64url")).toHaveLength(32);
    expect(next).not.toBe(value);
  }
  expect(Buffer.from(cookie, "base64url")).toHaveLength(32);
  expect(new URL(url).searchParams.get("code_challenge_method")).toBe("S256");
});

test("ASVS 10.1.2 neither state nor cookie can be read out of the database", async () => {
  const { url, cookie } = await here.begin("oidc", origin, purpose);
  const kept = JSON.stringify(contentsOf(here.db).tickets);
  expect(kept).toContain(new URL(url).searchParams.get("nonce")!);
  expect(kept).not.toContain(new URL(url).searchParams.get("state")!);
  expect(kept).not.toContain(cookie);
});
