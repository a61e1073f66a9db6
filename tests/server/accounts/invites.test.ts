import { beforeEach, describe, expect, test } from "bun:test";
import { linkTokens } from "../../../server/auth/link-tokens.ts";
import type { InviteInfo } from "../../../server/protocol/invites.ts";
import { outcome } from "../../support/outcome.ts";
import { Person, password } from "../../support/person.ts";
import { post } from "../../support/raw.ts";
import { testPepper } from "../../support/server-settings.ts";
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
const newPerson = () => new Person(server, `newcomer-${made++}`);
const join = (token: string | undefined, who = newPerson()) =>
  who.fetch("POST", "/api/account", { name: who.name, password, invite: token });
const look = async (token: string) => (await newPerson().fetch("POST", "/api/invitation", { token })).json();
const seen = async (id: number): Promise<InviteInfo> => {
  const { invites } = await owner.get("/api/invites");
  return invites.find((each: InviteInfo) => each.id === id);
};

describe("an invitation", () => {
  test("tells who invites, and lets in as many as it says", async () => {
    const { id, token } = await invite({ label: "For the neighbours", maxUses: 2 });
    expect(await look(token)).toEqual({ valid: true, by: "Olga" });
    expect(await seen(id)).toMatchObject({
      label: "For the neighbours",
      uses: 0,
      state: "open",
      createdBy: 1,
    });
    for (const uses of [1, 2]) {
      expect((await join(token)).status).toBe(201);
      expect(await seen(id)).toMatchObject({ uses, state: uses === 2 ? "used up" : "open" });
    }
    expect(await look(token)).toEqual({ valid: false, by: null });
    const before = contents();
    expect(await outcome(join(token))).toEqual([403, "invite_invalid"]);
    expect(contents()).toEqual(before);
  });

  test("ASVS 2.3.4 ASVS 15.4.2 for one, used by 50 at once, makes exactly one account", async () => {
    const { id, token } = await invite();
    const before = contents().users!.length;
    const statuses: number[] = [];
    // From two addresses, since one alone may make no more than 40 accounts at once.
    const tries = Array.from({ length: 50 }, async (_, at) => {
      const body = { name: newPerson().name, password, invite: token };
      statuses.push((await post(server, "/api/account", body, { from: `127.0.1.${at % 2}` })).status);
    });
    await Promise.all(tries);
    expect(statuses.toSorted()).toEqual([201, ...Array(49).fill(403)]);
    expect(contents().users).toHaveLength(before + 1);
    expect(await seen(id)).toMatchObject({ uses: 1, state: "used up" });
  });

  test("ASVS 6.4.1 ends when its time is over, to the millisecond", async () => {
    const { id, token } = await invite({ expiresIn: hour, maxUses: null });
    time.leap(hour - 1);
    expect((await join(token)).status).toBe(201);
    time.leap(1);
    expect(await look(token)).toEqual({ valid: false, by: null });
    expect(await outcome(join(token))).toEqual([403, "invite_invalid"]);
    expect((await seen(id)).state).toBe("expired");
  });

  test("without an end is good until it is revoked, and then no more", async () => {
    const { id, token } = await invite({ expiresIn: null, maxUses: null });
    time.leap(400 * 24 * hour);
    await owner.signIn();
    expect((await join(token)).status).toBe(201);
    expect((await owner.fetch("DELETE", `/api/invites/${id}`)).status).toBe(204);
    expect(await look(token)).toEqual({ valid: false, by: null });
    expect(await outcome(join(token))).toEqual([403, "invite_invalid"]);
    expect((await seen(id)).state).toBe("revoked");
    expect(await outcome(owner.fetch("DELETE", `/api/invites/${id}`))).toEqual([404, "not_found"]);
  });

  test("cannot be made up, nor from a stolen database without the pepper", async () => {
    const { id, token, createdAt } = await invite({ maxUses: null });
    const made = linkTokens(Buffer.alloc(32, 8)).invite({ id, createdAt });
    const setUp = linkTokens(testPepper).setUp(server.store.epoch);
    const wrong = [
      "",
      "1",
      `${id}-`,
      `${id}-AAAAAAAAAAAAAAAAAAAAAA`,
      token.replace(/^\d+/, String(id + 1)),
      token.replace(/^/, "0"),
      `${token}A`,
      made,
      setUp,
      `999999999999999-${token.split("-")[1]}`,
    ];
    for (const given of wrong) {
      expect([given, await look(given)]).toEqual([given, { valid: false, by: null }]);
      expect([given, ...(await outcome(join(given)))]).toEqual([given, 403, "invite_invalid"]);
    }
    const kept = JSON.stringify(contents().invites);
    expect(kept).not.toContain(token.split("-").slice(1).join("-"));
  });

  test("is needed where the owner says so, and comes to nothing where nobody is let in", async () => {
    expect(await outcome(join(undefined))).toEqual([403, "invite_needed"]);
    const { token } = await invite({ maxUses: null });
    const rules = (await server.store.settings.read())!;
    const change = (registration: string) => owner.fetch("PUT", "/api/settings", { ...rules, registration });
    await owner.signIn();
    expect((await change("closed")).ok).toBe(true);
    expect(await outcome(join(token))).toEqual([403, "registration_closed"]);
    expect((await change("open")).ok).toBe(true);
    expect((await join("1-notAnInvitation")).status).toBe(201);
    expect((await join(undefined)).status).toBe(201);
    expect((await change("invite")).ok).toBe(true);
    expect((await join(token)).status).toBe(201);
  });

  test("is not used up by who is refused for another reason", async () => {
    const { id, token } = await invite();
    expect(await outcome(join(token, new Person(server, "olga")))).toEqual([409, "name_taken"]);
    expect(await outcome(join(token, new Person(server, "admin")))).toEqual([409, "name_taken"]);
    expect((await seen(id)).uses).toBe(0);
    expect((await join(token)).status).toBe(201);
  });
});

describe("who makes them", () => {
  test("ASVS 8.2.1 is an admin or the owner, and nobody else", async () => {
    const { id, token } = await invite({ maxUses: null });
    const person = newPerson();
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
    expect((await newPerson().fetch("GET", "/api/invites")).status).toBe(401);
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
