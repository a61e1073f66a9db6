import { beforeEach, describe, expect, test } from "bun:test";
import type { Role } from "../../../server/protocol/roles.ts";
import { outcome } from "../../support/outcome.ts";
import { Person } from "../../support/person.ts";
import { post } from "../../support/raw.ts";
import { stage } from "../../support/stage.ts";

const next = "an entirely new password";
let made = 0;
const { server, time, owner, contents } = stage({ once: true, clock: true, owner: "Olga" });
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
const reset = (token: string, who = anyone(), more: object = {}) =>
  who.fetch("POST", "/api/reset", { token, password: next, ...more });

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
