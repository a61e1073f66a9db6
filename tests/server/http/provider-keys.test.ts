import { beforeAll, describe, expect, test } from "bun:test";
import { comesBack, homebase } from "../../support/homebase.ts";
import { newKey, Person } from "../../support/person.ts";

const home = homebase({ once: true });
const { server } = home;
beforeAll(async () => void (await home.join("anna")));

let count = 0;
const newPerson = (name = `person-${++count}`) => new Person(server, name).withKey();
const opened = () =>
  server.db.$client.query("select subject, user_id from identities order by 1, 2").values();
const sessions = () => server.db.$client.query("select id from sessions order by 1").values();
const cookieOf = (person: Person, name: string) =>
  new RegExp(`__Host-${name}=[^;]+`).exec(person.cookies)![0];
const who = async (person: Person) => (await person.get("/api/session")).user?.name ?? null;
const refused = "/login?problem=link_invalid";

/** A visit that the attacker has begun, by their own key, and whose cookie the service on the same host puts into a browser. */
async function planted(sub: string, attacker: Person, into: Person, path?: string): Promise<string> {
  const back = await home.visitProvider(attacker, sub, {}, path);
  into.bring(cookieOf(attacker, "provider"));
  return back;
}

describe("ASVS 10.1.2 a visit at a provider that another service on the host has put into a browser", () => {
  test("signs nobody in: neither into the account of the attacker, nor the person into their own by the attacker's key", async () => {
    for (const key of [newKey(), null]) {
      for (const sub of ["anna", "unknown"]) {
        const [attacker, victim] = [newPerson(), newPerson()];
        attacker.key = key;
        const before = [opened(), sessions()];
        expect(await comesBack(victim, await planted(sub, attacker, victim))).toBe(refused);
        expect([opened(), sessions()]).toEqual(before);
        expect(victim.cookies).not.toMatch(/session|sign-up/);
      }
    }
  });

  test("links no account of the person to that of the attacker", async () => {
    const attacker = newPerson("mallory");
    await attacker.register();
    const before = opened();
    const victim = newPerson();
    const back = await planted("victim", attacker, victim, "/api/account/providers/oidc");
    expect(await comesBack(victim, back)).toBe("/account?problem=link_invalid");
    expect(opened()).toEqual(before);
  });
});

describe("a cookie of somebody who has come back, which another service on the host has read", () => {
  test("begins no session by another key or none, and is used up by the try", async () => {
    for (const key of [newKey(), null]) {
      const [victim, thief] = [newPerson(), newPerson()];
      const back = await home.visitProvider(victim, "anna");
      await victim.fetch("GET", back, undefined, { cookie: cookieOf(victim, "provider") });
      thief.bring(cookieOf(victim, "arrival"));
      thief.key = key;
      expect((await thief.fetch("POST", "/api/arrival")).status).toBe(403);
      expect(thief.cookies).not.toContain("session");
      expect((await victim.fetch("POST", "/api/arrival")).status).toBe(403);
    }
  });

  test("makes no account for who has not come back themselves, nor one that the attacker can open later", async () => {
    const [victim, thief] = [newPerson(), newPerson()];
    expect(await home.come(victim, "fresh")).toBe("/sign-up");
    for (const key of [newKey(), null]) {
      thief.bring(cookieOf(victim, "sign-up"));
      thief.key = key;
      expect((await thief.fetch("GET", "/api/pending-sign-up")).status).toBe(403);
      expect((await thief.fetch("POST", "/api/pending-sign-up", { name: "taken" })).status).toBe(403);
    }
    expect((await victim.fetch("POST", "/api/pending-sign-up", { name: "fresh" })).status).toBe(201);
    expect(await who(victim)).toBe("fresh");
  });
});

test("who comes by a provider has a session that is bound to the key of their page, without one an unbound one", async () => {
  const anna = newPerson();
  expect(await home.come(anna, "anna", { next: "/account" })).toBe("/account");
  const thief = new Person(server, "thief");
  thief.bring(cookieOf(anna, "session"));
  expect([await who(anna), await who(thief)]).toEqual(["anna", null]);
  const script = new Person(server, "script");
  expect(await home.come(script, "anna")).toBe("/");
  expect(await who(script)).toBe("anna");
});

test("a visit that was begun before there were keys, and is finished after, has to be begun anew", async () => {
  const visitor = newPerson();
  const forgetKeys = () =>
    server.db.run("update tickets set data = json_remove(data, '$.keyHash', '$.purpose.keyHash')");
  const back = await home.visitProvider(visitor, "early");
  forgetKeys();
  expect(await comesBack(visitor, back)).toBe(refused);
  expect(await home.come(visitor, "early")).toBe("/sign-up");
  forgetKeys();
  for (const [method, body] of [["GET"], ["POST", { name: "early" }]] as const)
    expect((await visitor.fetch(method, "/api/pending-sign-up", body)).status).toBe(403);
});
