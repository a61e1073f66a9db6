import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { contentsOf } from "../../../support/database.ts";
import { client, comeBack, type OidcProvider, startOidcProvider } from "../../../support/oidc.ts";
import { outcomeOf } from "../../../support/outcome.ts";
import { callback, failing, type Ground, ground, origin, purpose, settingsOf, trusting } from "./ground.ts";

let one: OidcProvider;
let other: OidcProvider;
let here: Ground;

beforeAll(async () => {
  one = await startOidcProvider([callback("oidc")], { anna: { name: "Anna Ødegård", email: "anna@one" } });
  other = await startOidcProvider([callback("entra")]);
});
beforeEach(() => {
  const settings = [settingsOf(one.issuer), settingsOf(other.issuer, { id: "entra" })];
  here = ground(settings, trusting(one.authority, other.authority));
});
afterEach(() => {
  one.errors.length = 0;
});
afterAll(async () => {
  await one.stop();
  await other.stop();
});

/** Goes to a provider, logs in there, and is about to come back. */
async function away(sub = "anna", at = one, id = "oidc") {
  const { url, cookie } = await here.begin(id, origin, purpose);
  const back = await comeBack(url, sub, at.authority);
  return { url: new URL(url), back, query: back.searchParams, cookie };
}

test("somebody signs in, and is known by issuer and subject", async () => {
  const { back, query, cookie } = await away();
  expect(back.origin + back.pathname).toBe(callback("oidc"));
  const account = { issuer: one.issuer, subject: "anna", suggestedName: "Anna.Odegard" };
  expect(await here.finish("oidc", query, cookie)).toEqual({ account, purpose });
  expect(here.incidents).toEqual([]);
});

test("what it was for comes back, as it was given; a link ends with all else that was begun for the account", async () => {
  const user = await here.store.users.create({ name: "alice", passwordHash: "x", createdAt: 1 });
  const link = { kind: "link", keyHash: "", userId: user!.id, sessionId: "s" } as const;
  for (const ended of [false, true]) {
    const { url, cookie } = await here.begin("oidc", origin, link);
    const { searchParams } = await comeBack(url, "anna", one.authority);
    if (ended) await here.store.tickets.removeOf(link.userId, "provider");
    const back = here.finish("oidc", searchParams, cookie);
    if (!ended) expect((await back).purpose).toEqual(link);
    else expect(await failing(here, back)).toMatch(/was not asked for/);
  }
});

test("ASVS 10.1.1 no token of the provider is given away or kept", async () => {
  const { query, cookie } = await away();
  const { account } = await here.finish("oidc", query, cookie);
  expect(Object.keys(account)).toEqual(["issuer", "subject", "suggestedName"]);
  expect(contentsOf(here.db).tickets).toEqual([]);
});

describe("ASVS 10.2.1 refused, before the provider is asked for anything, is an answer", () => {
  const underWay = /was not asked for, came too late, or came before/;
  const spoil: [string, RegExp, (away: { query: URLSearchParams; cookie: string }) => unknown][] = [
    ["without a state", underWay, ({ query }) => query.delete("state")],
    ["with an empty state", underWay, ({ query }) => query.set("state", "")],
    ["with another state", underWay, ({ query }) => query.set("state", "A".repeat(43))],
    ["with the state twice", underWay, ({ query }) => query.append("state", query.get("state")!)],
    ["after ten minutes", underWay, () => here.time.leap(10 * 60_000)],
    ["without a code", /without a code/, ({ query }) => query.delete("code")],
    ["with two codes", /without a code/, ({ query }) => query.append("code", "another")],
    ["from nobody", /does not come from/, ({ query }) => query.delete("iss")],
    ["from another issuer", /does not come from/, ({ query }) => query.set("iss", other.issuer)],
    ["from two issuers", /does not come from/, ({ query }) => query.append("iss", one.issuer)],
  ];
  for (const [name, reason, run] of spoil)
    test(name, async () => {
      const given = await away();
      run(given);
      here.asked.clear();
      expect(await failing(here, here.finish("oidc", given.query, given.cookie))).toMatch(reason);
      expect([...here.asked]).toEqual([]);
    });

  test("in another browser, with its own cookie or none; and the one that was sent has to begin anew", async () => {
    for (const theirs of [null, (await here.begin("oidc", origin, purpose)).cookie]) {
      const { query, cookie } = await away();
      expect(await failing(here, here.finish("oidc", query, theirs))).toMatch(/Another browser/);
      expect(await failing(here, here.finish("oidc", query, cookie))).toMatch(underWay);
    }
  });

  test("that came before", async () => {
    const { query, cookie } = await away();
    await here.finish("oidc", query, cookie);
    expect(await failing(here, here.finish("oidc", query, cookie))).toMatch(underWay);
  });

  test("that comes twice at once: one of them is taken", async () => {
    const { query, cookie } = await away();
    const both = await Promise.allSettled([1, 2].map(() => here.finish("oidc", query, cookie)));
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });
});

test("ASVS 10.2.1 a code that somebody else was given is worth nothing without their verifier", async () => {
  const [theirs, ours] = [await away("victor"), await away("anna")];
  ours.query.set("code", theirs.query.get("code")!);
  expect(await failing(here, here.finish("oidc", ours.query, ours.cookie))).toMatch(/invalid_grant/);
  expect(String(one.errors)).toMatch(/invalid_grant/);
});

test("ASVS 10.2.1 a code that was redeemed is not redeemed again", async () => {
  const first = await away();
  await here.finish("oidc", first.query, first.cookie);
  const second = await away();
  second.query.set("code", first.query.get("code")!);
  expect(await failing(here, here.finish("oidc", second.query, second.cookie))).toMatch(/invalid_grant/);
});

describe("ASVS 10.2.2 answers of one provider are never taken for another's", () => {
  test("each has an address of its own to send the browser back to", async () => {
    const urls = [await here.begin("oidc", origin, purpose), await here.begin("entra", origin, purpose)];
    expect(urls.map(({ url }) => new URL(url).searchParams.get("redirect_uri"))).toEqual([
      callback("oidc"),
      callback("entra"),
    ]);
  });

  test("at that of another, an answer is refused before any code leaves this server", async () => {
    const { query, cookie } = await away();
    here.asked.clear();
    expect(await failing(here, here.finish("entra", query, cookie))).toMatch(/from another provider/);
    expect([...here.asked]).toEqual([]);
  });
});

test("ASVS 6.8.1 the same subject at two issuers is two accounts", async () => {
  const [here1, there] = [await away("anna"), await away("anna", other, "entra")];
  const accounts = [
    (await here.finish("oidc", here1.query, here1.cookie)).account,
    (await here.finish("entra", there.query, there.cookie)).account,
  ];
  expect(accounts.map(({ issuer, subject }) => [issuer, subject])).toEqual([
    [one.issuer, "anna"],
    [other.issuer, "anna"],
  ]);
});

test("ASVS 10.5.2 another address of mail and another name make nobody another account", async () => {
  const keys = [];
  for (const person of [{ email: "carla@one", preferred_username: "carla@one" }, { email: "new@one" }]) {
    one.people.carla = person;
    const { query, cookie } = await away("carla");
    const { issuer, subject } = (await here.finish("oidc", query, cookie)).account;
    keys.push({ issuer, subject });
  }
  expect(keys[1]).toEqual(keys[0]!);
});

test("whoever changes their mind at the provider is refused in a sentence, and is no incident", async () => {
  const { url, cookie } = await here.begin("oidc", origin, purpose);
  const state = new URL(url).searchParams.get("state")!;
  const query = new URLSearchParams({ state, error: "access_denied", iss: one.issuer });
  expect(await outcomeOf(here.finish("oidc", query, cookie))).toThrow("You did not finish logging in there.");
  expect(here.incidents).toEqual([]);
});

test("another error is told to the operator by its code, and nothing that may stand in its place is", async () => {
  for (const [error, said] of [
    ["server_error", / without a code and the error server_error\.$/],
    [`${client.secret}\nbug`, / without a code\.$/],
  ] as const) {
    const { url, cookie } = await here.begin("oidc", origin, purpose);
    const state = new URL(url).searchParams.get("state")!;
    const query = new URLSearchParams({ state, error, error_description: client.secret });
    expect(await failing(here, here.finish("oidc", query, cookie))).toMatch(said);
  }
});

test("a provider that is not set up here is not found", async () => {
  expect(await outcomeOf(here.begin("google", origin, purpose))).toThrow(
    expect.objectContaining({ code: "not_found" }),
  );
  expect(await outcomeOf(here.finish("__proto__", new URLSearchParams(), null))).toThrow(
    expect.objectContaining({ code: "not_found" }),
  );
  expect(here.offered).toEqual([
    { id: "oidc", name: "The provider" },
    { id: "entra", name: "The provider" },
  ]);
});
