import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { freePort } from "../../../../scripts/cluster/ports.ts";
import { type HostileProvider, paths, startHostileProvider } from "../../../support/hostile-provider.ts";
import { comeBack, startOidcProvider } from "../../../support/oidc.ts";
import { testAuthority } from "../../../support/test-authority.ts";
import { callback, failing, ground, origin, purpose, settingsOf, trusting } from "./ground.ts";

let provider: HostileProvider;
beforeAll(async () => {
  provider = await startHostileProvider();
});
beforeEach(() => provider.reset());
afterAll(() => provider.stop());

test("ASVS 16.5.2 a provider that is down is told apart from those that are not, and serves again when it is back", async () => {
  const trust = testAuthority();
  const port = await freePort();
  const real = await startOidcProvider([callback("oidc")], {}, port, trust);
  const settings = [settingsOf(real.issuer), settingsOf(provider.issuer, { id: "entra" })];
  const here = ground(settings, trusting(real.authority, provider.authority));
  const { url, cookie } = await here.begin("oidc", origin, purpose);
  const { searchParams } = await comeBack(url, "anna", real.authority);
  await real.stop();
  // Whoever is on the way comes back to a clear answer.
  expect(await failing(here, here.finish("oidc", searchParams, cookie))).toMatch(/could not be asked/);
  here.time.leap(2 * 60 * 60_000);
  expect(await failing(here, here.begin("oidc", origin, purpose))).toMatch(/could not be asked/);
  await here.begin("entra", origin, purpose);

  const back = await startOidcProvider([callback("oidc")], {}, port, trust);
  await here.begin("oidc", origin, purpose);
  await back.stop();
});

test("ASVS 16.5.2 nothing of a provider is needed before somebody wants to go there", () => {
  const here = ground([settingsOf("https://localhost:1")], trusting(provider.authority));
  expect(here.offered).toHaveLength(1);
  expect(here.asked.size).toBe(0);
});

test("ASVS 13.1.1 a crowd that waits for a provider asks it once", async () => {
  const here = ground([settingsOf(provider.issuer)], trusting(provider.authority));
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  provider.answers.metadata = async () => {
    reached.resolve();
    await held.promise;
    return Response.json(provider.metadata);
  };
  const crowd = Array.from({ length: 50 }, () => here.begin("oidc", origin, purpose));
  await reached.promise;
  held.resolve();
  expect(new Set((await Promise.all(crowd)).map(({ url }) => url)).size).toBe(50);
  expect(provider.asked).toEqual([paths.metadata]);

  here.time.leap(60 * 60_000);
  await here.begin("oidc", origin, purpose);
  expect(provider.asked).toHaveLength(2);
});
