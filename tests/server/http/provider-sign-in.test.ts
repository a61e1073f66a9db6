import { expect, test } from "bun:test";
import { enrol, give } from "../../support/authenticator.ts";
import { comesBack, homebase } from "../../support/homebase.ts";
import { outcome } from "../../support/outcome.ts";
import { Person } from "../../support/person.ts";

const home = homebase({ clock: Date.now() }, { anna: { preferred_username: "Anna B" } });
const { server, time, contents, audited } = home;

const newPerson = (name = "anna") => new Person(server, name);
const whoIs = async (person: Person) => (await person.get("/api/session")).user?.name;

test("the providers are told to everybody, by name", async () => {
  const { providers } = await newPerson().get("/api/session");
  expect(providers).toEqual([{ id: "oidc", name: "Homebase" }]);
});

test("somebody comes by a provider, chooses a name, and comes again, to the page they were on", async () => {
  const anna = newPerson();
  expect(await home.come(anna, "anna")).toBe("/sign-up");
  expect(await whoIs(anna)).toBeUndefined();
  const pendingSignUp = await anna.fetch("GET", "/api/pending-sign-up");
  expect(await pendingSignUp.json()).toEqual({ provider: "oidc", suggestedName: "Anna.B" });
  const made = await anna.fetch("POST", "/api/pending-sign-up", { name: "anna" });
  expect([made.status, (await made.json()).user]).toEqual([201, { id: 1, name: "anna", role: "member" }]);
  expect(await audited("account.registered")).toMatchObject([
    { actorId: 1, detail: { way: "provider", provider: "oidc", invite: null } },
  ]);
  expect(await anna.get("/api/account")).toMatchObject({ hasPassword: false });
  expect(contents().tickets).toEqual([]);

  const again = newPerson();
  expect(await home.come(again, "anna", { next: "/c/direct:1:2" })).toBe("/c/direct:1:2");
  expect(await whoIs(again)).toBe("anna");
  expect(await audited("session.began")).toMatchObject([
    { actorId: 1, detail: { way: "provider", factors: 1 } },
  ]);
  const [identity] = await server.store.factors.identities(1);
  expect(identity).toMatchObject({ issuer: home.provider().issuer, subject: "anna", provider: "oidc" });
});

test("ASVS 6.3.7 who comes by a provider is told of a reset link that was used meanwhile, whoever has put that away", async () => {
  const anna = await home.join("anna");
  const olga = await newPerson("olga").register();
  server.db.run("update users set role = 'owner' where id = 2");
  time.advance(1_000);
  const { token } = await (await olga.fetch("POST", "/api/people/1/reset", {})).json();
  const next = "another horse battery";
  expect((await olga.fetch("POST", "/api/reset", { token, password: next })).status).toBe(200);
  for (const { id } of await olga.get("/api/account/alerts"))
    await olga.fetch("PUT", `/api/account/alerts/${id}`, { seen: true });
  time.advance(1_000);
  await home.come(anna, "anna");
  expect((await anna.enter()).entered.alerts).toMatchObject([{ what: "reset link used", by: 2 }]);
  await anna.fetch("PUT", "/api/account/alerts/2", { seen: true });
  await home.come(anna, "anna");
  expect((await anna.enter()).entered.alerts).toBeUndefined();
});

test("ASVS 6.3.4 the second factor is asked for as after a password", async () => {
  const anna = await home.join("anna");
  const { app } = await enrol(anna, time.now);
  const again = newPerson();
  await home.come(again, "anna");
  expect(await again.get("/api/session")).toMatchObject({
    stage: "second factor",
    seconds: { code: true, passkey: false },
  });
  expect(await outcome(again.fetch("GET", "/api/account"))).toEqual([403, "second_factor_needed"]);
  time.advance(30_000);
  expect((await give(again, app.at(time.now()))).status).toBe(200);
  expect((await again.fetch("GET", "/api/account")).status).toBe(200);
});

test("ASVS 8.3.1 who is suspended or banned does not come in by a provider", async () => {
  await home.join("anna");
  const entry = {
    at: 0,
    event: "person.banned",
    actorId: null,
    subjectId: 1,
    address: null,
    detail: {},
  } as const;
  await server.store.users.setStatus(1, "banned", "Noise", entry);
  const again = newPerson();
  expect(await home.come(again, "anna")).toBe("/login?problem=account_barred");
  expect(again.cookies).not.toContain("session");
  expect((await server.store.audit.page({}, null, 1))[0]).toMatchObject({
    event: "session.refused",
    actorId: null,
    subjectId: 1,
    address: "127.0.0.1",
    detail: { way: "provider", status: "banned" },
  });
});

test("ASVS 7.2.4 signing in with a provider ends the session that the browser had", async () => {
  await home.join("anna");
  const shared = await newPerson("bert").register();
  const former = shared.cookies;
  expect(await home.come(shared, "anna")).toBe("/");
  expect(await whoIs(shared)).toBe("anna");
  const stale = newPerson().fetch("GET", "/api/account", undefined, { cookie: former });
  expect(await outcome(stale)).toEqual([401, "not_signed_in"]);
});

test("ASVS 7.6.1 a session is ours alone: it outlives the provider, and ends when our own rules say so", async () => {
  const anna = await home.join("anna");
  await home.providerGoes();
  expect(await whoIs(anna)).toBe("anna");
  time.leap(6 * 24 * 60 * 60_000);
  expect(await whoIs(anna)).toBe("anna");
  time.leap(7 * 24 * 60 * 60_000);
  expect(await whoIs(anna)).toBeUndefined();
});

test("ASVS 16.5.2 with the provider down, it is said so, and passwords open all the same", async () => {
  const anna = await newPerson("anna").register();
  const onTheWay = newPerson();
  const back = await home.visitProvider(onTheWay, "x");
  await home.providerGoes();
  expect(await comesBack(onTheWay, back)).toBe("/login?problem=provider_failed");
  // What is remembered of the provider is remembered for an hour.
  time.leap(60 * 60_000);
  const asked = newPerson().fetch("POST", "/api/providers/oidc", {});
  expect(await outcome(asked)).toEqual([502, "provider_failed"]);
  expect((await anna.signIn()).status).toBe(200);
  expect(server.incidents.map(({ event, source }) => [event, source])).toEqual(
    Array(2).fill(["provider_failed", "127.0.0.1"]),
  );
});
