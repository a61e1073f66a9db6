import { beforeEach, describe, expect, test } from "bun:test";
import type { InviteInfo } from "../../../server/protocol/invites.ts";
import { Person, password } from "../../support/person.ts";
import { post } from "../../support/raw.ts";
import { stage } from "../../support/stage.ts";

const hour = 60 * 60_000;
let made = 0;
const { server, time, owner, contents } = stage({
  once: true,
  clock: true,
  owner: "Olga",
  registration: "invite",
});
beforeEach(() => {
  time.leap(10 * 60_000);
});

async function invite(more: object = {}): Promise<InviteInfo> {
  const wanted = { label: "", expiresIn: 24 * hour, maxUses: 1, ...more };
  const response = await owner.fetch("POST", "/api/invites", wanted);
  expect(response.status).toBe(201);
  return response.json();
}
const pendingSignUp = () => new Person(server, `newcomer-${made++}`);
const join = (token: string | undefined, who = pendingSignUp()) =>
  who.fetch("POST", "/api/account", { name: who.name, password, invite: token });

describe("who makes them", () => {
  test("ASVS 8.2.1 is an admin or the owner, and nobody else", async () => {
    const { id, token } = await invite({ maxUses: null });
    const person = pendingSignUp();
    await join(token, person);
    const user = (await server.store.users.byName(person.name))!;
    const entry = {
      at: 0,
      event: "person.role changed",
      actorId: 1,
      subjectId: user.id,
      address: null,
      detail: {},
    } as const;
    const wanted = { label: "", expiresIn: hour, maxUses: 1 };
    for (const role of ["member", "moderator", "admin"] as const) {
      await server.store.users.setRole(user.id, role, entry);
      const [may, made, gone] = role === "admin" ? [200, 201, 204] : [403, 403, 403];
      expect((await person.fetch("GET", "/api/invites")).status).toBe(may);
      expect((await person.fetch("POST", "/api/invites", wanted)).status).toBe(made);
      expect((await person.fetch("DELETE", `/api/invites/${id}`)).status).toBe(gone);
    }
    expect((await pendingSignUp().fetch("GET", "/api/invites")).status).toBe(401);
  });

  test("ASVS 2.3.2 keeps within the bounds there are", async () => {
    const wanted = { label: "x".repeat(60), expiresIn: hour, maxUses: 1 };
    const good = [{}, { expiresIn: 30 * 24 * hour }, { maxUses: 200 }, { label: "" }];
    const bad: [string, object][] = [
      ["label", { label: "x".repeat(61) }],
      ["label", { label: "a\u202eb" }],
      ["expiresIn", { expiresIn: hour - 1 }],
      ["expiresIn", { expiresIn: 30 * 24 * hour + 1 }],
      ["expiresIn", { expiresIn: hour + 0.5 }],
      ["maxUses", { maxUses: 0 }],
      ["maxUses", { maxUses: 201 }],
      ["maxUses", { maxUses: "1" }],
      ["createdBy", { createdBy: 2 }],
    ];
    for (const more of good) await invite({ ...wanted, ...more });
    const before = contents();
    for (const [field, more] of bad) {
      const response = await owner.fetch("POST", "/api/invites", { ...wanted, ...more });
      expect([response.status, (await response.json()).error.field]).toEqual([400, field]);
    }
    for (const id of ["0", "x", "999999", "1e3", "-1"])
      expect((await owner.fetch("DELETE", `/api/invites/${id}`)).status).toBe(404);
    expect(contents()).toEqual(before);
  });

  test("ASVS 2.4.1 makes 60 at once and no more; others may go on", async () => {
    const statuses: number[] = [];
    for (let at = 0; at < 62; at++) {
      const wanted = { label: "", expiresIn: hour, maxUses: 1 };
      statuses.push((await owner.fetch("POST", "/api/invites", wanted)).status);
    }
    expect(statuses).toEqual([...Array(60).fill(201), 429, 429]);
  });
});

test("ASVS 2.4.1 whoever guesses is stopped, by address", async () => {
  const statuses: number[] = [];
  const guess = (from: string) => post(server, "/api/invitation", { token: "1-guess" }, { from });
  for (let at = 0; at < 62; at++) statuses.push((await guess("127.0.2.1")).status);
  expect(statuses).toEqual([...Array(60).fill(200), 429, 429]);
  expect((await guess("127.0.2.2")).status).toBe(200);
});

test("ASVS 16.3.3 making and revoking is in the audit log, without the token", async () => {
  const { id, token } = await invite({ label: "Told of" });
  await owner.fetch("DELETE", `/api/invites/${id}`);
  const entries = await server.store.audit.page({ events: ["invite.made", "invite.revoked"] }, null, 2);
  expect(entries).toMatchObject([
    { event: "invite.revoked", actorId: 1, detail: { invite: id } },
    { event: "invite.made", actorId: 1, detail: { label: "Told of", maxUses: 1 } },
  ]);
  expect(JSON.stringify(entries)).not.toContain(token.slice(-10));
});
