import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { ServerSettings } from "../../../server/protocol/settings.ts";
import { holdNext } from "../../support/hold.ts";
import { homebase } from "../../support/homebase.ts";
import { outcome } from "../../support/outcome.ts";
import { Person } from "../../support/person.ts";

const home = homebase({ clock: Date.now() }, { anna: { preferred_username: "Anna B" } });
const { server, time, contents } = home;

const newPerson = (name = "anna") => new Person(server, name);
const whoIs = async (person: Person) => (await person.get("/api/session")).user?.name;

/** Somebody who may change the rules of the chat, and does. */
async function owner() {
  const olga = await newPerson("olga").register();
  server.db.run(sql`update users set role = 'owner' where name = 'olga'`);
  const change = async (rules: Partial<ServerSettings>) => {
    await olga.changeSettings(rules);
  };
  return { olga, change };
}

test("a name that is taken, or looks like one, costs nobody the way they came", async () => {
  await newPerson("anna").register();
  const other = newPerson();
  await home.come(other, "anna");
  for (const name of ["anna", "ANNA"])
    expect(await outcome(other.fetch("POST", "/api/pending-sign-up", { name }))).toEqual([409, "name_taken"]);
  expect(await outcome(other.fetch("POST", "/api/pending-sign-up", { name: "a" }))).toEqual([400, "invalid"]);
  expect((await other.fetch("POST", "/api/pending-sign-up", { name: "anna-too" })).status).toBe(201);
});

test("of two who choose a name with the same account at once, one gets an account", async () => {
  const anna = newPerson();
  await home.come(anna, "anna");
  const asked = ["one", "two", "three"].map((name) =>
    outcome(anna.fetch("POST", "/api/pending-sign-up", { name })),
  );
  const statuses = (await Promise.all(asked)).map(([status]) => status).toSorted();
  expect(statuses.filter((status) => status === 201)).toHaveLength(1);
  expect(statuses.every((status) => [201, 403, 409].includes(status))).toBe(true);
  expect([contents().users!.length, contents().identities!.length]).toEqual([1, 1]);
});

test("ASVS 2.3.1 a name cannot be chosen without having come from a provider, nor later than a quarter of an hour", async () => {
  const nobody = newPerson();
  expect(await outcome(nobody.fetch("GET", "/api/pending-sign-up"))).toEqual([403, "link_invalid"]);
  const chosen = () => nobody.fetch("POST", "/api/pending-sign-up", { name: "nobody" });
  expect(await outcome(chosen())).toEqual([403, "link_invalid"]);
  await home.come(nobody, "anna");
  time.leap(15 * 60_000);
  expect(await outcome(chosen())).toEqual([403, "link_invalid"]);
  expect(contents().users).toEqual([]);
});

describe("the rules of registration hold for who comes by a provider", () => {
  test("where it is closed, only who has an account comes in", async () => {
    await home.join("anna");
    const { change } = await owner();
    await change({ registration: "closed" });
    expect(await home.come(newPerson(), "anna")).toBe("/");
    expect(await home.come(newPerson(), "bert")).toBe("/login?problem=registration_closed");
    expect(contents().tickets).toEqual([]);
  });

  test("where it was closed in the meantime, no account is made", async () => {
    const anna = newPerson();
    await home.come(anna, "anna");
    await (await owner()).change({ registration: "closed" });
    const late = anna.fetch("POST", "/api/pending-sign-up", { name: "anna" });
    expect(await outcome(late)).toEqual([403, "registration_closed"]);
  });

  test("ASVS 15.4.2 where it is closed while a name is being looked up, no account is made", async () => {
    const anna = newPerson();
    await home.come(anna, "anna");
    const { change } = await owner();
    const lookUp = holdNext(server.store.users, "byName");
    const late = outcome(anna.fetch("POST", "/api/pending-sign-up", { name: "anna" }));
    await lookUp.reached;
    await change({ registration: "closed" });
    lookUp.release();
    expect(await late).toEqual([403, "registration_closed"]);
    expect(contents().users).toHaveLength(1);
  });

  test("where an invitation is needed, it is used once, by the account", async () => {
    const { olga, change } = await owner();
    await change({ registration: "invite" });
    const made = await olga.fetch("POST", "/api/invites", { label: "", expiresIn: null, maxUses: 1 });
    const { token, id } = await made.json();
    expect(await home.come(newPerson(), "bert")).toBe("/login?problem=invite_needed");
    const wrong = newPerson().fetch("POST", "/api/providers/oidc", { invite: `${id}-${"A".repeat(22)}` });
    expect(await outcome(wrong)).toEqual([403, "invite_invalid"]);

    const [bert, late] = [newPerson("bert"), newPerson("late")];
    expect(await home.come(bert, "bert", { invite: token })).toBe("/sign-up");
    expect(await home.come(late, "late", { invite: token })).toBe("/sign-up");
    expect((await server.store.invites.find(id))?.uses).toBe(0);
    expect((await bert.fetch("POST", "/api/pending-sign-up", { name: "bert" })).status).toBe(201);
    expect(await outcome(late.fetch("POST", "/api/pending-sign-up", { name: "late" }))).toEqual([
      403,
      "invite_invalid",
    ]);
    expect((await server.store.invites.find(id))?.uses).toBe(1);
    expect(JSON.stringify(contents())).not.toContain(token);
  });
});

test("ASVS 6.8.1 neither a name nor an address of mail that is the same makes anybody somebody else", async () => {
  const anna = await newPerson("anna").register();
  home.provider().people.guest = { preferred_username: "anna", name: "anna", email: "anna@example.org" };
  const guest = newPerson();
  expect(await home.come(guest, "guest")).toBe("/sign-up");
  expect(await whoIs(guest)).toBeUndefined();
  expect(await outcome(guest.fetch("POST", "/api/pending-sign-up", { name: "anna" }))).toEqual([
    409,
    "name_taken",
  ]);
  expect(await anna.get("/api/account/providers")).toMatchObject([{ linkedAt: null }]);
});

describe("a fresh server", () => {
  const fresh = homebase({ settings: null });

  test("ASVS 6.3.2 nobody becomes its owner by coming from a provider", async () => {
    expect(await fresh.come(new Person(fresh.server, "first"), "first")).toBe("/login?problem=not_set_up");
    expect(await fresh.server.store.users.directory()).toEqual([]);
  });
});
