import { beforeEach, describe, expect, test } from "bun:test";
import { newToken } from "../../../server/auth/link-tokens.ts";
import { resetKind, resetTicket } from "../../../server/auth/resets.ts";
import type { Role } from "../../../server/protocol/roles.ts";
import { Refusal } from "../../../server/refusal.ts";
import { outcome } from "../../support/outcome.ts";
import { Person, password } from "../../support/person.ts";
import { post } from "../../support/raw.ts";
import { stage } from "../../support/stage.ts";

const day = 24 * 60 * 60_000;
const next = "an entirely new password";
let made = 0;
const strength = {
  async check(given: string) {
    if (given === "too easy to guess") throw new Refusal("password_weak", { field: "password" });
  },
};
const { server, time, owner, contents } = stage({ once: true, clock: true, owner: "Olga", strength });
beforeEach(async () => {
  time.leap(10 * 60_000);
  await owner.signIn();
});

/** Somebody with an account, in this role. */
async function somebody(role: Exclude<Role, "owner"> = "member") {
  const person = await new Person(server, `person-${made++}`).register();
  const { id } = (await server.store.users.byName(person.name))!;
  if (role !== "member") expect((await owner.fetch("PUT", `/api/people/${id}/role`, { role })).ok).toBe(true);
  return { person, id };
}
async function linkFor(id: number, by = owner): Promise<string> {
  const response = await by.fetch("POST", `/api/people/${id}/reset`);
  expect(response.status).toBe(201);
  return (await response.json()).token;
}
const anyone = (name = "anyone") => new Person(server, name);
const check = (token: string) => anyone().fetch("POST", "/api/reset/check", { token });
const reset = (token: string, who = anyone(), more: object = {}) =>
  who.fetch("POST", "/api/reset", { token, password: next, ...more });

describe("a reset link", () => {
  test("sets another password, signs in, and ends every session and socket there was", async () => {
    const { person, id } = await somebody();
    const socket = await person.enter();
    const made = await owner.fetch("POST", `/api/people/${id}/reset`);
    const { token, expiresAt } = await made.json();
    expect([token.length, expiresAt - time.now()]).toEqual([43, day]);
    expect(await (await check(token)).json()).toEqual({ name: person.name, needsCode: false });

    const elsewhere = anyone(person.name);
    const response = await reset(token, elsewhere);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ user: { id, name: person.name }, stage: "open" });
    expect(await socket.closed).toBe(4500);
    const [first] = socket.events.filter(({ type }) => type === "account.notified");
    expect(first).toMatchObject({ what: "password.reset" });
    expect((await person.fetch("GET", "/api/account")).status).toBe(401);
    expect((await elsewhere.fetch("GET", "/api/account")).status).toBe(200);
    expect((await anyone(person.name).signIn()).status).toBe(401);
    expect((await anyone(person.name).signIn(next)).status).toBe(200);
  });

  test("ASVS 6.4.1 works once", async () => {
    const { person, id } = await somebody();
    const token = await linkFor(id);
    expect((await reset(token)).status).toBe(200);
    const before = contents();
    expect(await outcome(check(token))).toEqual([403, "link_invalid"]);
    expect(await outcome(reset(token, anyone(), { password: "a third good password" }))).toEqual([
      403,
      "link_invalid",
    ]);
    expect(contents()).toEqual(before);
    expect((await anyone(person.name).signIn(next)).status).toBe(200);
  });

  test("ASVS 2.3.4 of 20 who use it at once, one sets the password", async () => {
    const { person, id } = await somebody();
    const token = await linkFor(id);
    const tries = Array.from({ length: 20 }, (_, at) =>
      reset(token, anyone(), { password: `good password no ${at}` }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, ...Array(19).fill(403)]);
    const winner = statuses.indexOf(200);
    time.leap(60 * 60_000);
    expect((await anyone(person.name).signIn(`good password no ${winner}`)).status).toBe(200);
    expect(contents().sessions!.filter((row) => (row as { user_id: number }).user_id === id)).toHaveLength(2);
  });

  test("ASVS 6.4.1 ends after a day, to the millisecond", async () => {
    const { id } = await somebody();
    const [first, second] = [await somebody(), await linkFor(id)];
    time.leap(day - 1);
    expect((await check(second)).status).toBe(200);
    time.leap(1);
    expect(await outcome(check(second))).toEqual([403, "link_invalid"]);
    expect(await outcome(reset(second))).toEqual([403, "link_invalid"]);
    expect(first.id).toBeGreaterThan(id);
  });

  test("ends the former one of the same person, and no other's", async () => {
    const [one, other] = [await somebody(), await somebody()];
    const others = await linkFor(other.id);
    const former = await linkFor(one.id);
    const latter = await linkFor(one.id);
    expect(await outcome(reset(former))).toEqual([403, "link_invalid"]);
    expect((await reset(latter)).status).toBe(200);
    expect((await check(others)).status).toBe(200);
  });

  test("means nothing once the password was changed, the account locked, or its maker stands below", async () => {
    const changed = await somebody();
    const one = await linkFor(changed.id);
    const change = { current: password, password: "changed by themselves" };
    expect((await changed.person.fetch("PUT", "/api/account/password", change)).status).toBe(204);
    expect(await outcome(reset(one))).toEqual([403, "link_invalid"]);

    const locked = await somebody();
    const two = await linkFor(locked.id);
    await owner.fetch("PUT", `/api/people/${locked.id}/status`, { status: "banned", reason: "Spam" });
    expect((await reset(two)).status).toBe(403);
    expect(await outcome(owner.fetch("POST", `/api/people/${locked.id}/reset`))).toEqual([
      403,
      "account_barred",
    ]);

    const admin = await somebody("admin");
    const raised = await somebody();
    const three = await linkFor(raised.id, admin.person);
    await owner.fetch("PUT", `/api/people/${raised.id}/role`, { role: "admin" });
    expect(await outcome(reset(three))).toEqual([403, "link_invalid"]);

    const rogue = await somebody("admin");
    const victim = await somebody();
    const five = await linkFor(victim.id, rogue.person);
    await owner.fetch("PUT", `/api/people/${rogue.id}/status`, { status: "suspended", reason: "" });
    expect(await outcome(reset(five))).toEqual([403, "link_invalid"]);

    const gone = await somebody();
    const four = await linkFor(gone.id);
    await gone.person.fetch("DELETE", "/api/account", { messages: "keep" });
    expect(await outcome(reset(four))).toEqual([403, "link_invalid"]);
  });

  test("survives a password that is too weak or too short, and says what is wrong", async () => {
    const { id } = await somebody();
    const token = await linkFor(id);
    const before = contents();
    expect(await outcome(reset(token, anyone(), { password: "too easy to guess" }))).toEqual([
      422,
      "password_weak",
    ]);
    expect(await outcome(reset(token, anyone(), { password: "short" }))).toEqual([400, "invalid"]);
    expect(contents()).toEqual(before);
    expect((await reset(token)).status).toBe(200);
  });

  test("ASVS 6.4.1 is random, and stands in the database as its hash only", async () => {
    const { id } = await somebody();
    const token = await linkFor(id);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(contents())).not.toContain(token);
    const random = newToken(time.random(32));
    expect(await outcome(check(random))).toEqual([403, "link_invalid"]);
    const { token: foreign, ticket } = resetTicket((await server.store.users.byId(id))!, null, time);
    await server.store.tickets.put({ ...ticket, kind: "passkey" });
    expect(resetKind).not.toBe("passkey");
    expect(await outcome(check(foreign))).toEqual([403, "link_invalid"]);
  });
});

describe("who makes one", () => {
  test("ASVS 8.2.1 stands above the person it is for", async () => {
    const people = {
      member: await somebody(),
      moderator: await somebody("moderator"),
      admin: await somebody("admin"),
      "other admin": await somebody("admin"),
    };
    for (const { person } of Object.values(people)) await person.signIn();
    const ask = async (by: Person, id: number) => (await by.fetch("POST", `/api/people/${id}/reset`)).status;
    const { member, moderator, admin } = people;
    expect(await ask(anyone(), member.id)).toBe(401);
    for (const { person } of [member, moderator])
      for (const { id } of Object.values(people)) expect(await ask(person, id)).toBe(403);
    expect(await ask(admin.person, member.id)).toBe(201);
    expect(await ask(admin.person, moderator.id)).toBe(201);
    for (const id of [admin.id, people["other admin"].id, 1]) expect(await ask(admin.person, id)).toBe(403);
    for (const { id } of Object.values(people)) expect(await ask(owner, id)).toBe(201);
    expect(await ask(owner, 1)).toBe(403);
    for (const id of [99_999, 0]) expect(await ask(owner, id)).toBe(404);
  });

  test("ASVS 7.5.1 has proven of late who they are", async () => {
    const { id } = await somebody();
    time.leap(10 * 60_000);
    const before = contents().tickets;
    expect(await outcome(owner.fetch("POST", `/api/people/${id}/reset`))).toEqual([403, "proof_needed"]);
    expect(contents().tickets).toEqual(before);
  });

  test("ASVS 6.4.6 never sets a password, nor sees one", async () => {
    const { person, id } = await somebody();
    const token = await linkFor(id);
    for (const path of [`/api/people/${id}/password`, `/api/people/${id}/reset`])
      expect([404, 405]).toContain((await owner.fetch("PUT", path, { password: next })).status);
    const sneaky = await owner.fetch("POST", `/api/people/${id}/reset`, { password: next });
    expect(JSON.stringify(await sneaky.json())).not.toContain(next);
    expect((await anyone(person.name).signIn(next)).status).toBe(401);
    expect((await anyone(person.name).signIn()).status).toBe(200);
    expect(token).not.toBe("");
  });
});

test("ASVS 2.4.1 whoever guesses is stopped, by address", async () => {
  const statuses: number[] = [];
  const guess = (from: string) => post(server, "/api/reset/check", { token: "guess" }, { from });
  for (let at = 0; at < 32; at++) statuses.push((await guess("127.0.3.1")).status);
  expect(statuses).toEqual([...Array(30).fill(403), 429, 429]);
  expect((await guess("127.0.3.2")).status).toBe(403);
});

test("ASVS 16.3.3 making and using one is in the audit log, without the token", async () => {
  const { id } = await somebody();
  const token = await linkFor(id);
  await reset(token);
  const events = ["password.reset link made", "password.reset", "session.began"] as const;
  const entries = await server.store.audit.page({ events, person: id }, null, 3);
  expect(entries).toMatchObject([
    { event: "session.began", actorId: id, detail: { way: "reset link", factors: 1 } },
    { event: "password.reset", actorId: id },
    { event: "password.reset link made", actorId: 1, subjectId: id },
  ]);
  expect(JSON.stringify(entries)).not.toContain(token);
});
