import { beforeAll, describe, expect, test } from "bun:test";
import { comesBack, homebase } from "../../support/homebase.ts";
import { outcome } from "../../support/outcome.ts";
import { Person } from "../../support/person.ts";
import { fromHeader } from "../../support/server.ts";

const home = homebase({ once: true, env: { GITHUB_CLIENT_ID: "x", GITHUB_CLIENT_SECRET: "x" } });
const { server, contents } = home;
beforeAll(async () => void (await home.join("anna")));

const newPerson = () => new Person(server, "somebody");
const failed = "/login?problem=provider_failed";

/** Without the tickets: whoever fails has to begin anew, so theirs is used up. */
const kept = () => ({ ...contents(), tickets: [] });

/** Sends a browser back to the server, which lets it in nowhere and keeps nothing of it. */
async function refused(person: Person, path: string, expected = failed) {
  const before = kept();
  const response = await person.fetch("GET", path);
  expect([response.status, response.headers.get("location")]).toEqual([303, expected]);
  expect(response.headers.getSetCookie()).toHaveLength(1);
  expect(response.headers.getSetCookie()[0]).toStartWith("__Host-provider=; Max-Age=0;");
  expect(await response.text()).toBe("");
  expect(kept()).toEqual(before);
}

describe("ASVS 10.1.2 an answer is taken from the browser that was sent, once", () => {
  test("not from another browser, also one that was sent itself", async () => {
    const path = await home.visitProvider(newPerson(), "anna");
    const victim = newPerson();
    await home.visitProvider(victim, "victim");
    await refused(victim, path);
    await refused(newPerson(), await home.visitProvider(newPerson(), "anna"));
  });

  test("not a second time", async () => {
    const anna = newPerson();
    const path = await home.visitProvider(anna, "anna");
    const { cookies } = anna;
    expect(await comesBack(anna, path)).toBe("/");
    const before = kept();
    const again = await newPerson().fetch("GET", path, undefined, { cookie: cookies });
    expect(again.headers.get("location")).toBe(failed);
    expect(kept()).toEqual(before);
  });
});

describe("ASVS 2.3.1 10.2.1 nobody comes back who was not sent", () => {
  const callbacks = [
    "",
    "?code=x",
    "?state=x",
    "?state=x&code=x",
    `?state=${"A".repeat(43)}&code=x&iss=https%3A%2F%2Fevil.example`,
    "?error=access_denied",
    "?state=x&state=y&code=x",
  ];
  for (const query of callbacks)
    test(`with ${query || "nothing"}`, () => refused(newPerson(), `/api/providers/oidc/callback${query}`));

  test("without a state, though they were sent", async () => {
    const person = newPerson();
    const path = await home.visitProvider(person, "anna");
    await refused(person, path.replace(/state=[^&]+/, "state="));
  });

  test("as if from another provider", async () => {
    const person = newPerson();
    await refused(person, (await home.visitProvider(person, "anna")).replace("/oidc/", "/github/"));
  });

  test("from a provider that is not set up here", async () => {
    await refused(newPerson(), "/api/providers/google/callback", "/login?problem=not_found");
    for (const id of ["google", "__proto__", "toString"])
      expect(await outcome(newPerson().fetch("POST", `/api/providers/${id}`, {}))).toEqual([
        404,
        "not_found",
      ]);
  });

  test("with the code of somebody else", async () => {
    const [attacker, victim] = [newPerson(), newPerson()];
    const stolen = new URLSearchParams((await home.visitProvider(victim, "anna")).split("?")[1]).get("code")!;
    const path = await home.visitProvider(attacker, "attacker");
    await refused(attacker, path.replace(/code=[^&]+/, `code=${stolen}`));
  });
});

test("whoever changes their mind at the provider is back at the login, and can try again", async () => {
  const person = newPerson();
  const { url } = await (await person.fetch("POST", "/api/providers/oidc", {})).json();
  const state = new URL(url).searchParams.get("state");
  await refused(person, `/api/providers/oidc/callback?error=access_denied&state=${state}`);
  expect(await home.come(person, "anna")).toBe("/");
});

test("ASVS 3.5.3 coming back without having been sent changes nothing at all, by GET and HEAD", async () => {
  const before = contents();
  for (const method of ["GET", "HEAD"]) {
    for (const query of ["", `?state=${"A".repeat(43)}&code=x`]) {
      const response = await newPerson().fetch(method, `/api/providers/oidc/callback${query}`);
      expect(response.headers.get("location")).toBe(failed);
    }
  }
  expect(contents()).toEqual(before);
});

describe("ASVS 3.7.2 the page to go on to is one of ours", () => {
  const foreign = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "evil",
    "",
    "javascript:alert(1)",
    "/c/\u0000",
    "/api/account/export",
    `/${"a".repeat(200)}`,
  ];
  for (const next of foreign)
    test(`${JSON.stringify(next).slice(0, 40)} is refused`, async () => {
      const asked = newPerson().fetch("POST", "/api/providers/oidc", { next });
      expect(await outcome(asked)).toEqual([400, "invalid"]);
    });

  test("what stands in the address that one comes back by is not looked at", async () => {
    const person = newPerson();
    const path = await home.visitProvider(person, "anna", { next: "/account" });
    expect(await comesBack(person, `${path}&next=//evil.example`)).toBe("/account");
  });
});

test("ASVS 3.3.1 3.3.2 3.3.4 the cookies are for this host alone, and no script sees them", async () => {
  const person = newPerson();
  const sent = await person.fetch("POST", "/api/providers/oidc", {});
  const shape = (name: string, age: number, site: string) =>
    new RegExp(`^__Host-${name}=[\\w.-]{43,50}; Max-Age=${age}; Path=/; HttpOnly; Secure; SameSite=${site}$`);
  expect(sent.headers.getSetCookie()).toEqual([expect.stringMatching(shape("provider", 600, "Lax"))]);
  const back = await person.fetch("GET", await home.visitProvider(person, "sign-up"));
  expect(back.headers.getSetCookie()[1]).toMatch(shape("arrival", 300, "Strict"));
  const arrived = await person.fetch("POST", "/api/arrival");
  expect(arrived.headers.getSetCookie()[1]).toMatch(shape("sign-up", 900, "Strict"));
});

test("ASVS 7.6.2 nothing begins a sign-in by itself: another website cannot, and a link cannot", async () => {
  for (const origin of ["https://evil.example", "null"]) {
    const asked = newPerson().fetch("POST", "/api/providers/oidc", {}, { origin });
    expect(await outcome(asked)).toEqual([403, "foreign_origin"]);
  }
  expect(await outcome(newPerson().fetch("GET", "/api/providers/oidc"))).toEqual([405, "method_not_allowed"]);
});

test("ASVS 2.4.1 one address goes to providers and comes back so often, and no more", async () => {
  const flood = (method: string, path: string, body?: object) =>
    newPerson().fetch(method, path, body, { [fromHeader]: "192.0.2.9" });
  const answers: Response[] = [];
  for (let count = 0; count < 125; count++) answers.push(await flood("GET", "/api/providers/oidc/callback"));
  const limited = "/login?problem=rate_limited";
  expect(answers.slice(0, 120).map(({ headers }) => headers.get("location"))).not.toContain(limited);
  expect(answers.at(-1)!.headers.get("location")).toBe(limited);
  expect(await outcome(flood("POST", "/api/providers/oidc", {}))).toEqual([429, "rate_limited"]);
  expect(await outcome(flood("GET", "/api/pending-sign-up"))).toEqual([429, "rate_limited"]);
  expect(await home.come(newPerson(), "anna")).toBe("/");
});
