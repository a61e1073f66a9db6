import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { comesBack, homebase } from "../../support/homebase.ts";
import { outcome } from "../../support/outcome.ts";
import { Person, password } from "../../support/person.ts";

const linking = "/api/account/providers/oidc";

const home = homebase({ clock: Date.now(), people: ["anna"] });
const { server, time, contents, audited, anna } = home;

const newPerson = (name = "anna") => new Person(server, name);
const whoIs = async (person: Person) => (await person.get("/api/session")).user?.name;
const listOf = async (person: Person) => person.get("/api/account/providers");
const identities = () => contents().identities;
/** The provider knows no other time than the real one, so it is the proofs that are moved. */
const proofsGrowOld = () => server.db.run(sql`update sessions set proven_at = proven_at - 600000`);
const prove = (person: Person) => person.fetch("POST", "/api/proof", { password });

test("anna links an account from inside, comes in by it, and unlinks it; her other devices hear of it", async () => {
  const other = await anna.connect();
  expect(await listOf(anna)).toEqual([
    { id: "oidc", name: "Homebase", isOffered: true, linkedAt: null, lastUsedAt: null },
  ]);
  expect(await home.link(anna, "a-1")).toBe("/account?linked=oidc");
  await other.event("account.notified", ({ what }) => what === "provider.linked");
  expect(await audited("provider.linked")).toMatchObject([{ actorId: 1, detail: { provider: "oidc" } }]);
  expect(await listOf(anna)).toMatchObject([{ linkedAt: time.now(), lastUsedAt: null }]);
  // Linking is no sign-in: the session is the one it was.
  expect(await audited("session.began")).toEqual([]);

  const elsewhere = newPerson();
  expect(await home.come(elsewhere, "a-1")).toBe("/");
  expect(await whoIs(elsewhere)).toBe("anna");
  expect(await listOf(anna)).toMatchObject([{ lastUsedAt: time.now() }]);

  expect((await anna.fetch("DELETE", linking)).status).toBe(204);
  await other.event("account.notified", ({ what }) => what === "provider.unlinked");
  expect(await audited("provider.unlinked")).toMatchObject([{ actorId: 1, detail: { provider: "oidc" } }]);
  expect(await home.come(newPerson(), "a-1")).toBe("/sign-up");
  expect(await outcome(anna.fetch("DELETE", linking))).toEqual([404, "not_found"]);
});

test("ASVS 7.5.1 linking and unlinking ask for a fresh proof", async () => {
  await home.link(anna, "a-1");
  proofsGrowOld();
  for (const method of ["POST", "DELETE"])
    expect(await outcome(anna.fetch(method, linking, {}))).toEqual([403, "proof_needed"]);
  await prove(anna);
  expect((await anna.fetch("DELETE", linking)).status).toBe(204);
});

describe("ASVS 6.8.1 an account is linked only from inside", () => {
  test("not where it opens another account", async () => {
    await home.join("bert", "b-1");
    expect(await home.link(anna, "b-1")).toBe("/account?problem=identity_taken");
    expect(await whoIs(newPerson())).toBeUndefined();
    expect(identities()).toMatchObject([{ user_id: 2 }]);
  });

  test("not by another browser, as by a link that somebody was lured to follow", async () => {
    const lure = await home.visitProvider(anna, "a-1", {}, linking);
    const victim = await newPerson("victim").register();
    expect(await comesBack(victim, lure)).toBe("/login?problem=provider_failed");
    expect(identities()).toEqual([]);
  });

  const meanwhile: [string, string, () => unknown][] = [
    ["the session ended", "not_signed_in", () => anna.fetch("DELETE", "/api/session")],
    ["the session was proven anew, and has another token", "not_signed_in", () => prove(anna)],
    ["the proof grew old", "proof_needed", () => proofsGrowOld()],
    ["the password was changed elsewhere", "provider_failed", () => changedElsewhere()],
  ];
  async function changedElsewhere() {
    const elsewhere = newPerson();
    await elsewhere.signIn();
    const change = { current: password, password: "another horse battery" };
    expect((await elsewhere.fetch("PUT", "/api/account/password", change)).status).toBe(204);
  }
  for (const [what, code, happens] of meanwhile)
    test(`not where, meanwhile, ${what}`, async () => {
      const path = await home.visitProvider(anna, "a-1", {}, linking);
      await happens();
      expect(await comesBack(anna, path)).toBe(`/account?problem=${code}`);
      expect(identities()).toEqual([]);
    });

  test("not by who is only half signed in, or not at all", async () => {
    const asked = newPerson().fetch("POST", linking, {});
    expect(await outcome(asked)).toEqual([401, "not_signed_in"]);
  });
});

test("one account at each provider is enough, also where two were begun", async () => {
  const first = await home.visitProvider(anna, "a-1", {}, linking);
  const second = newPerson();
  await second.signIn();
  const later = await home.visitProvider(second, "a-2", {}, linking);
  expect(await comesBack(anna, first)).toBe("/account?linked=oidc");
  expect(await comesBack(second, later)).toBe("/account?problem=too_many");
  expect(await outcome(anna.fetch("POST", linking, {}))).toEqual([409, "too_many"]);
  expect(identities()).toHaveLength(1);
});

test("the last way into an account stays, until there is another", async () => {
  const bert = await home.join("bert", "b-1");
  expect(await outcome(bert.fetch("DELETE", linking))).toEqual([409, "last_way_in"]);
  proofsGrowOld();
  const first = { password: "another horse battery" };
  expect(await outcome(bert.fetch("PUT", "/api/account/password", first))).toEqual([403, "proof_needed"]);

  // With nothing to prove it by, coming in anew is the proof.
  await home.come(bert, "b-1");
  expect((await bert.fetch("PUT", "/api/account/password", first)).status).toBe(204);
  expect(await bert.get("/api/account")).toMatchObject({ hasPassword: true });
  expect((await bert.fetch("DELETE", linking)).status).toBe(204);
  expect((await newPerson("bert").signIn(first.password)).status).toBe(200);
});

test("an account elsewhere that cannot be used any more is no way in, and can still be unlinked", async () => {
  const entry = {
    at: 0,
    event: "provider.linked",
    actorId: 1,
    subjectId: null,
    address: null,
    detail: {},
  } as const;
  const former = { issuer: "https://gone.example", subject: "x", provider: "google", createdAt: 5 };
  const bert = await home.join("bert", "b-1");
  await server.store.factors.addIdentity({ ...former, userId: 2 }, entry);
  expect(await listOf(bert)).toMatchObject([
    { id: "oidc", isOffered: true },
    { id: "google", name: "google", isOffered: false, linkedAt: 5 },
  ]);
  expect(await outcome(bert.fetch("DELETE", linking))).toEqual([409, "last_way_in"]);
  expect((await bert.fetch("DELETE", "/api/account/providers/google")).status).toBe(204);
});

test("nobody sees or unlinks the accounts of somebody else", async () => {
  await home.link(anna, "a-1");
  const bert = await newPerson("bert").register();
  expect(await listOf(bert)).toMatchObject([{ linkedAt: null }]);
  expect(await outcome(bert.fetch("DELETE", linking))).toEqual([404, "not_found"]);
  expect(identities()).toHaveLength(1);
});
