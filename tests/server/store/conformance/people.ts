import { beforeEach, describe, expect, test } from "bun:test";
import { draft, entryOf, type Ground, idOf, logOf, type OpenGround, settle } from "./ground.ts";
import { anInvite, asOwner, aTicket, beginSession } from "./samples.ts";

const changed = entryOf("person.role changed");

/** What a store knows of people: their roles, and whether they may come in and write. */
export function peopleSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob", "carol");
  });
  const rolesOf = async () => (await ground.store.users.directory()).map(({ role }) => role ?? "member");

  describe("a role", () => {
    test("is given, shows in the directory unless it is a member's, and is taken back", async () => {
      const { users } = ground.store;
      expect(await users.setRole(2, "moderator", changed)).toBe(true);
      expect(await users.directory()).toEqual([
        { id: 1, name: "alice" },
        { id: 2, name: "bob", role: "moderator" },
        { id: 3, name: "carol" },
      ]);
      expect(await users.byName("bob")).toMatchObject({ role: "moderator" });
      expect(await users.setRole(2, "member", changed)).toBe(true);
      expect(await rolesOf()).toEqual(["member", "member", "member"]);
    });

    test("of the owner is handed over, and the former owner is an admin", async () => {
      await asOwner(ground.store);
      expect(await ground.store.users.handOver(1, 2, changed)).toBe(true);
      expect(await rolesOf()).toEqual(["admin", "owner", "member"]);
    });

    test("of the owner stays with who cannot hand it over, or where the other cannot have it", async () => {
      const { users } = ground.store;
      await asOwner(ground.store);
      await users.setStatus(3, "suspended", null, changed);
      const acts = (await ground.store.audit.page({}, null, 10)).length;
      for (const [from, to] of [
        [2, 3],
        [1, 3],
        [1, 1],
        [1, 99],
        [99, 1],
      ] as const)
        expect([from, to, await users.handOver(from, to, changed)]).toEqual([from, to, false]);
      await users.remove(2);
      expect(await users.handOver(1, 2, changed)).toBe(false);
      expect(await rolesOf()).toEqual(["owner", "member", "member"]);
      expect(await ground.store.audit.page({}, null, 10)).toHaveLength(acts);
    });

    test("of the owner stays with one who is suspended", async () => {
      const { users } = ground.store;
      await asOwner(ground.store);
      await users.setStatus(1, "suspended", null, changed);
      expect(await users.handOver(1, 2, changed)).toBe(false);
      expect(await rolesOf()).toEqual(["owner", "member", "member"]);
    });

    test("ASVS 15.4.2 of the owner goes to one of two who are given it at once", async () => {
      await asOwner(ground.store);
      const { users } = ground.store;
      const done = await Promise.all([users.handOver(1, 2, changed), users.handOver(1, 3, changed)]);
      expect(done.toSorted()).toEqual([false, true]);
      expect((await rolesOf()).filter((role) => role === "owner")).toHaveLength(1);
    });
  });

  describe("ASVS 7.4.2 who is banned or suspended", () => {
    test("loses sessions and tickets at once, and has them not back later; nobody else does", async () => {
      const { users, sessions, tickets } = ground.store;
      for (const status of ["banned", "suspended"] as const) {
        await beginSession(ground.store, `bob ${status}`, 2);
        await beginSession(ground.store, `carol ${status}`, 3);
        await tickets.put(aTicket({ id: idOf(status) }));
        expect(await users.setStatus(2, status, "spam", changed)).toBe(true);
        expect(await users.byId(2)).toMatchObject({ status, statusReason: "spam" });
        expect(await sessions.of(2)).toEqual([]);
        expect(await sessions.find(idOf(`carol ${status}`))).not.toBeNull();
        expect(await tickets.find(idOf(status), "reset", 1)).toBeNull();
      }
      expect(await users.setStatus(2, "active", null, changed)).toBe(true);
      expect(await users.byId(2)).toMatchObject({ status: "active", statusReason: null });
      expect(await sessions.of(2)).toEqual([]);
    });

    test("sends nothing more, and is sent nothing more, until they may come back", async () => {
      const { users, messages } = ground.store;
      await users.setStatus(2, "banned", "spam", changed);
      const outcomes = await messages.append([
        draft("a", 1),
        draft("b", 2),
        draft("c", 2, "direct:1:2"),
        draft("d", 1, "direct:1:2"),
        draft("e", 3),
        draft("f", 3, "direct:1:3"),
        draft("g", 3, "direct:2:3"),
      ]);
      const kinds = outcomes.map((each) => (each.kind === "refused" ? each.code : each.kind));
      expect(kinds).toEqual([
        "stored",
        "account_barred",
        "account_barred",
        "person_barred",
        "stored",
        "stored",
        "person_barred",
      ]);
      expect(await ground.store.conversations.head("group")).toBe(2);
      for (const id of ["direct:1:2", "direct:2:3"] as const)
        expect(await ground.store.conversations.head(id)).toBe(0);
      await users.setStatus(2, "active", null, changed);
      expect(await messages.append([draft("h", 2), draft("i", 1, "direct:1:2")])).toMatchObject([
        { kind: "stored", message: { seq: 3 } },
        { kind: "stored", message: { seq: 1 } },
      ]);
    });

    test("has what was sent to them before, also where it is sent once more, and it stays readable", async () => {
      const { users, messages } = ground.store;
      const before = draft("before", 1, "direct:1:2");
      await messages.append([before]);
      await users.setStatus(2, "suspended", null, changed);
      const outcomes = await messages.append([
        before,
        { ...before, body: { text: "other" } },
        draft("after", 1, "direct:1:2"),
      ]);
      expect(outcomes).toMatchObject([
        { kind: "duplicate", message: { seq: 1 } },
        { kind: "refused", code: "client_id_reused" },
        { kind: "refused", code: "person_barred" },
      ]);
      expect(await logOf(ground.store, "direct:1:2")).toMatchObject([{ body: { text: "before" } }]);
    });

    test("is marked in the directory, which says no more of it, and not when active again or deleted", async () => {
      const { users } = ground.store;
      await users.setRole(2, "moderator", changed);
      await users.setStatus(2, "banned", "spam", changed);
      await users.setStatus(3, "suspended", null, changed);
      const [alice, bob, carol] = [
        { id: 1, name: "alice" },
        { id: 2, name: "bob", role: "moderator" as const },
        { id: 3, name: "carol" },
      ];
      const barred = true as const;
      expect(await users.directory()).toEqual([alice, { ...bob, barred }, { ...carol, barred }]);
      await users.setStatus(2, "active", null, changed);
      await users.remove(3);
      expect(await users.directory()).toEqual([alice, bob, { id: 3, name: null }]);
    });

    test("has no valid invitation any more, and those of others stay", async () => {
      const { users, invites } = ground.store;
      const ids = [];
      for (const createdBy of [1, 2]) {
        const { id } = await invites.create(anInvite({ createdBy }), entryOf("invite.made"));
        ids.push(id);
      }
      await users.setStatus(2, "suspended", null, { ...changed, at: 80 });
      await users.setStatus(2, "active", null, { ...changed, at: 90 });
      const revoked = await Promise.all(ids.map(async (id) => (await invites.find(id))!.revokedAt));
      expect(revoked).toEqual([null, 80]);
    });

    test("keeps sessions and tickets by being active still", async () => {
      await beginSession(ground.store, "bob", 2);
      await ground.store.tickets.put(aTicket());
      await ground.store.users.setStatus(2, "active", null, changed);
      expect(await ground.store.sessions.find(idOf("bob"))).not.toBeNull();
      expect(await ground.store.tickets.find(idOf("ticket"), "reset", 1)).not.toBeNull();
    });
  });

  test("who is muted is listed until let write again", async () => {
    const { users } = ground.store;
    expect(await users.muted()).toEqual([]);
    expect(await users.mute(2, 500, changed)).toBe(true);
    expect(await users.muted()).toEqual([{ id: 2, until: 500 }]);
    expect(await users.byId(2)).toMatchObject({ mutedUntil: 500 });
    expect(await users.mute(2, null, changed)).toBe(true);
    expect(await users.muted()).toEqual([]);
  });

  test("the overview has everyone who has an account, with the sessions that still are", async () => {
    const { users } = ground.store;
    await beginSession(ground.store, "fresh", 2, 100);
    await beginSession(ground.store, "unseen", 2, 90);
    await beginSession(ground.store, "too old", 2, 50);
    await ground.store.sessions.touch(idOf("too old"), 200);
    await users.setStatus(3, "banned", "spam", changed);
    await users.remove(1);
    const { passwordHash: _, ...bob } = (await users.byId(2))!;
    expect(await users.overview(95, 50)).toEqual([
      { ...bob, sessions: 1 },
      expect.objectContaining({ id: 3, status: "banned", statusReason: "spam", sessions: 0 }),
    ]);
    expect((await users.overview(0, 0)).map(({ sessions }) => sessions)).toEqual([3, 0]);
  });

  test("nothing is done to who is gone or never was", async () => {
    const { users, audit } = ground.store;
    await users.remove(2);
    const directory = await users.directory();
    for (const id of [2, 99]) {
      expect(await users.setRole(id, "admin", changed)).toBe(false);
      expect(await users.setStatus(id, "banned", null, changed)).toBe(false);
      expect(await users.mute(id, 5, changed)).toBe(false);
      expect(await users.setPassword(id, "1:new", null, undefined, changed)).toBe(false);
      await users.remove(id, true, changed);
    }
    expect(await users.directory()).toEqual(directory);
    expect([await users.muted(), await users.erasing(), await audit.page({}, null, 10)]).toEqual([
      [],
      [],
      [],
    ]);
  });
}
