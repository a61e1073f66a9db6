import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { type HostileProvider, startHostileProvider } from "../../../support/hostile-provider.ts";
import { client } from "../../../support/oidc.ts";
import { callback, failing, type Ground, ground, leadingTo, origin, purpose, settingsOf } from "./ground.ts";

/** What stands where GitHub would: GitHub's own two hosts lead to it, under its own certificate. */
let standIn: HostileProvider;
let here: Ground;
let requests: { headers: Headers; body: string }[];
beforeAll(async () => {
  standIn = await startHostileProvider();
});
beforeEach(() => {
  requests = [];
  here = ground([github], leadingTo(standIn));
  answer({ access_token: "gho_secret", token_type: "bearer", scope: "" }, { id: 583231, login: "octo-cat" });
});
afterAll(() => standIn.stop());

const github = settingsOf("https://github.com", {
  id: "github",
  name: "GitHub",
  hosts: ["github.com", "api.github.com"],
});

function answer(token: unknown, user: unknown, status = 200) {
  standIn.answers.elsewhere = async (request) => {
    requests.push({ headers: request.headers, body: await request.text() });
    return request.url.endsWith("/user") ? Response.json(user, { status }) : Response.json(token);
  };
}

async function signIn() {
  const { url, cookie } = await here.begin("github", origin, purpose);
  const asked = new URL(url).searchParams;
  const query = new URLSearchParams({ state: asked.get("state")!, code: "c" });
  return { asked, result: await here.finish("github", query, cookie) };
}

test("ASVS 10.2.3 GitHub is asked for no scope at all, with PKCE", async () => {
  const { url } = await here.begin("github", origin, purpose);
  const { origin: there, pathname, searchParams } = new URL(url);
  expect(there + pathname).toBe("https://github.com/login/oauth/authorize");
  expect(Object.fromEntries(searchParams)).toEqual({
    response_type: "code",
    client_id: client.id,
    redirect_uri: callback("github"),
    state: expect.any(String),
    code_challenge: expect.any(String),
    code_challenge_method: "S256",
  });
});

test("ASVS 10.5.2 somebody signs in, and is known by the number that never changes", async () => {
  const { asked, result } = await signIn();
  const account = { issuer: "https://github.com", subject: "583231", suggestedName: "octo-cat" };
  expect(result).toEqual({ account, purpose });
  const [redeemed, user] = requests;
  const form = new URLSearchParams(redeemed!.body);
  const verifier = form.get("code_verifier")!;
  expect(new Bun.CryptoHasher("sha256").update(verifier).digest("base64url")).toBe(
    asked.get("code_challenge")!,
  );
  expect(form.get("redirect_uri")).toBe(callback("github"));
  expect([form.get("client_id"), form.get("client_secret")]).toEqual([client.id, client.secret]);
  expect(redeemed!.headers.get("authorization")).toBeNull();
  expect(user!.headers.get("authorization")).toBe("Bearer gho_secret");
  expect(user!.headers.get("user-agent")).toBe("secure-chat");
  expect([...here.asked]).toEqual(["github.com", "api.github.com"]);
});

describe("refused is an answer", () => {
  const wrong: [string, RegExp, unknown, unknown, number?][] = [
    ["that refuses, with the status 200", /bad_verification_code/, { error: "bad_verification_code" }, {}],
    ["without a token", /gave no token/, { token_type: "bearer" }, { id: 1, login: "octo-cat" }],
    ["with something else as the token", /gave no token/, { access_token: 1 }, { id: 1 }],
    ["without a number", /did not say who came/, { access_token: "gho_secret" }, { login: "octo-cat" }],
    ["with a text as the number", /did not say who came/, { access_token: "gho_secret" }, { id: "1" }],
    ["with a number too large", /did not say who came/, { access_token: "gho_secret" }, { id: 2 ** 53 }],
    ["that refuses the token", /status 401/, { access_token: "gho_secret" }, { message: "gho_secret" }, 401],
  ];
  for (const [name, reason, token, user, status] of wrong)
    test(name, async () => {
      answer(token, user, status);
      const said = await failing(here, signIn());
      expect(said).toMatch(reason);
      expect(said).not.toContain("gho_secret");
    });
});
