import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, spyOn, test } from "bun:test";
import {
  goodClaims,
  type HostileProvider,
  paths,
  startHostileProvider,
} from "../../../support/hostile-provider.ts";
import { client } from "../../../support/oidc.ts";
import { failing, type Ground, ground, origin, purpose, settingsOf, trusting } from "./ground.ts";

let provider: HostileProvider;
/** Where a provider would like us to go. */
let elsewhere: HostileProvider;
let here: Ground;
beforeAll(async () => {
  provider = await startHostileProvider();
  elsewhere = await startHostileProvider();
});
beforeEach(() => {
  for (const each of [provider, elsewhere]) each.reset();
  here = ground([settingsOf(provider.issuer)], trusting(provider.authority, elsewhere.authority));
});
afterEach(() => expect(elsewhere.asked).toEqual([]));
afterAll(async () => {
  await provider.stop();
  await elsewhere.stop();
});

async function signIn() {
  const { url, cookie } = await here.begin("oidc", origin, purpose);
  const asked = new URL(url).searchParams;
  const claims = goodClaims(provider.issuer, asked.get("nonce")!, here.time.now());
  provider.give(await provider.sign(claims));
  const query = new URLSearchParams({ state: asked.get("state")!, code: "c", iss: provider.issuer });
  return here.finish("oidc", query, cookie);
}

type Answer = "metadata" | "token" | "keys";
const three: Answer[] = ["metadata", "token", "keys"];

describe("ASVS 10.5.3 the metadata", () => {
  const wrong: [string, RegExp, (issuer: string) => Record<string, unknown>][] = [
    ["of another issuer", /another issuer/, () => ({ issuer: elsewhere.issuer })],
    ["of an issuer written otherwise", /another issuer/, (issuer) => ({ issuer: `${issuer}/` })],
    ["of no issuer", /another issuer/, () => ({ issuer: undefined })],
    [
      "without HTTPS for the browser",
      /no authorization_endpoint/,
      () => ({ authorization_endpoint: "http://a.example" }),
    ],
    [
      "with a script for the browser",
      /no authorization_endpoint/,
      () => ({ authorization_endpoint: "javascript:alert(1)" }),
    ],
    ["without an address for tokens", /no token_endpoint/, () => ({ token_endpoint: undefined })],
    [
      "without HTTPS for keys",
      /no jwks_uri/,
      (issuer) => ({ jwks_uri: issuer.replace("https", "http") + paths.keys }),
    ],
  ];
  for (const [name, reason, fields] of wrong)
    test(`${name} is refused`, async () => {
      provider.answers.metadata = () => Response.json({ ...provider.metadata, ...fields(provider.issuer) });
      expect(await failing(here, here.begin("oidc", origin, purpose))).toMatch(reason);
    });
});

describe("ASVS 13.2.4, 13.2.5 no host is asked but those of the configuration", () => {
  for (const [field, path] of [
    ["token_endpoint", paths.token],
    ["jwks_uri", paths.keys],
  ] as const)
    test(`whatever the metadata says, such as another ${field}`, async () => {
      provider.answers.metadata = () =>
        Response.json({ ...provider.metadata, [field]: elsewhere.issuer + path });
      const said = await failing(here, signIn());
      expect(said).toContain(`${new URL(elsewhere.issuer).host} is none of the hosts that may be asked`);
    });

  test("and all of them are asked through one function: nothing else here speaks with the network", async () => {
    const real = fetch;
    const login = spyOn(globalThis, "fetch").mockImplementation((() => {
      throw new Error("the network is not to be used");
    }) as never);
    try {
      here = ground([settingsOf(provider.issuer)], (url, init) =>
        real(url, { ...init, tls: { ca: provider.authority } }),
      );
      await signIn();
      expect(login).not.toHaveBeenCalled();
      expect([...here.asked]).toEqual([new URL(provider.issuer).host]);
      expect(provider.asked).toEqual([paths.metadata, paths.token, paths.keys]);
    } finally {
      login.mockRestore();
    }
  });
});

for (const answer of three) {
  describe(`a provider whose ${answer}`, () => {
    test("ASVS 15.3.2 lies elsewhere, by a redirect, is not followed there", async () => {
      for (const status of [301, 302, 303, 307, 308]) {
        provider.answers[answer] = () => Response.redirect(elsewhere.issuer + paths[answer], status);
        expect(await failing(here, signIn())).toMatch(new RegExp(`answered with the status ${status}`));
      }
    });

    test("is endless is not read to its end", async () => {
      const ended = Promise.withResolvers<void>();
      let sent = 0;
      provider.answers[answer] = () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              controller.enqueue(new Uint8Array(100_000).fill(32));
              sent += 100_000;
            },
            cancel: () => ended.resolve(),
          }),
        );
      expect(await failing(here, signIn())).toMatch(/more than 1000000 bytes/);
      await ended.promise;
      expect(sent).toBeLessThan(20_000_000);
    });

    test("grows when it is unpacked is not read to its end either", async () => {
      const body = Bun.gzipSync(new Uint8Array(50_000_000).fill(32));
      provider.answers[answer] = () => new Response(body, { headers: { "content-encoding": "gzip" } });
      expect(await failing(here, signIn())).toMatch(/more than 1000000 bytes/);
    });

    for (const [name, begun] of [
      ["never comes", ""],
      ["never ends", '{"issuer": '],
    ] as const)
      test(`${name} is not waited for longer than 5 seconds`, async () => {
        const reached = Promise.withResolvers<void>();
        provider.answers[answer] = () => {
          reached.resolve();
          if (!begun) return new Promise(() => {});
          return new Response(
            new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from(begun)) }),
          );
        };
        const said = failing(here, signIn());
        await reached.promise;
        here.time.advance(4_999);
        // A question of another comes and goes: had the first been given up, that would be known by now.
        await trusting(provider.authority)(`${provider.issuer}/elsewhere`, {});
        expect(here.incidents).toEqual([]);
        here.time.advance(1);
        expect(await said).toMatch(/did not answer within 5 seconds/);
      });

    for (const [name, body] of [
      ["is no JSON", "<html>"],
      ["is nothing", ""],
      ["is null", "null"],
      ["is a list", "[]"],
      ["is a text", '"{}"'],
    ] as const)
      test(`${name} is refused`, async () => {
        provider.answers[answer] = () => new Response(body);
        expect(await failing(here, signIn())).toMatch(/something else than an object of JSON/);
      });

    test("is an error, even with the status 200, is told by its code and nothing else", async () => {
      for (const status of [200, 400, 401, 500]) {
        provider.answers[answer] = () =>
          Response.json({ error: "invalid_client", error_description: client.secret }, { status });
        const host = new URL(provider.issuer).host;
        expect(await failing(here, signIn())).toBe(
          `Signing in with The provider failed. ${host} answered with the status ${status} and the error invalid_client.`,
        );
      }
    });
  });
}
