import { beforeEach, describe, expect, test } from "bun:test";
import { draft, entryOf, type Ground, idOf, logOf, type OpenGround, settle } from "./ground.ts";
import { aTicket } from "./samples.ts";

/** What a store keeps of people and their sessions. */
export function accountSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
  });
  const create = (name: string) =>
    ground.store.users.create({ name, passwordHash: `1:${name}`, createdAt: 5 });
  const begin = (token: string, userId: number, createdAt = 100) =>
    ground.store.sessions.create({ id: idOf(token), userId, device: "test", createdAt });

  describe("users", () => {
    test("are found by name without regard to case, and by id", async () => {
      const alice = await create("Alice");
      expect(alice).toEqual({
        id: 1,
        name: "Alice",
        passwordHash: "1:Alice",
        role: "member",
        status: "active",
        statusReason: null,
        mutedUntil: null,
        hasCode: false,
        hasPasskey: false,
        hasRecovery: false,
        createdAt: 5,
        lastSignInAt: 5,
      });
      expect(await ground.store.users.byName("aLICE")).toEqual(alice);
      expect(await ground.store.users.byId(1)).toEqual(alice);
      expect(await ground.store.users.byName("bob")).toBeNull();
      expect(await ground.store.users.byId(2)).toBeNull();
    });

    test("a name is given once, however it is written and however many ask at once", async () => {
      const made = await Promise.all(["bob", "BOB", "Bob", "bOb"].map(create));
      expect(made.filter((user) => user !== null)).toHaveLength(1);
      expect(await ground.store.users.directory()).toHaveLength(1);
    });

    test("no two names look alike, however many ask at once", async () => {
      const made = await Promise.all(["bill", "b1ll", "BI-LI", "b.ill."].map(create));
      expect(made.filter((user) => user !== null)).toHaveLength(1);
      expect(await ground.store.users.directory()).toHaveLength(1);
    });

    test("of two from before who look alike both stay themselves, and nobody new looks like the one who is left", async () => {
      const { users } = ground.store;
      await settle(ground.store, "alice", "bob", "carol");
      for (const [id, name] of [
        [2, "al1ce"],
        [3, "a.lice"],
      ])
        await ground.run(
          `update users set name = '${name}', name_key = '${name}', likeness = null where id = ${id}`,
        );
      for (const [name, id] of [
        ["ALICE", 1],
        ["Al1ce", 2],
        ["a.lice", 3],
      ] as const)
        expect(await users.byName(name)).toMatchObject({ id });
      for (const id of [1, 2, 3]) {
        expect([id, await create("aIice")]).toEqual([id, null]);
        await users.remove(id);
      }
      expect(await create("aIice")).toMatchObject({ name: "aIice" });
    });

    test("a deleted one leaves its id and its messages, and frees its name", async () => {
      await settle(ground.store, "alice", "bob");
      await ground.store.messages.append([draft("mine", 2)]);
      await begin("token", 2);
      await ground.store.users.remove(2);
      expect(await ground.store.users.byName("bob")).toBeNull();
      expect(await ground.store.users.byId(2)).toBeNull();
      expect(await ground.store.sessions.find(idOf("token"))).toBeNull();
      expect((await logOf(ground.store)).map(({ author }) => author)).toEqual([2]);
      expect(await create("bob")).toMatchObject({ id: 3 });
      expect(await ground.store.users.directory()).toEqual([
        { id: 1, name: "alice" },
        { id: 2, name: null },
        { id: 3, name: "bob" },
      ]);
    });

    test("the id of the latest account is not given again after its deletion", async () => {
      await settle(ground.store, "alice", "bob");
      await ground.store.users.remove(2);
      expect(await create("carol")).toMatchObject({ id: 3 });
    });

    test("ASVS 7.4.3 a new password is kept and ends all sessions and tickets, and nobody else's", async () => {
      const { users, tickets } = ground.store;
      await settle(ground.store, "alice", "bob");
      await begin("hers", 1);
      await begin("his", 2);
      for (const userId of [1, 2]) await tickets.put(aTicket({ id: idOf(`ticket ${userId}`), userId }));
      expect(await users.setPassword(1, "1:new", "1:hash")).toBe(true);
      await ground.store.users.signedIn(1, 77);
      expect(await ground.store.users.byId(1)).toMatchObject({ passwordHash: "1:new", lastSignInAt: 77 });
      expect(await ground.store.sessions.find(idOf("hers"))).toBeNull();
      expect(await ground.store.sessions.find(idOf("his"))).not.toBeNull();
      const left = [1, 2].map(async (id) => (await tickets.find(idOf(`ticket ${id}`), "reset", 1)) !== null);
      expect(await Promise.all(left)).toEqual([false, true]);
    });

    test("ASVS 15.4.2 a new password is none where another is there than was proven, or the account is not active", async () => {
      const { users } = ground.store;
      await settle(ground.store, "alice");
      await users.create({ name: "bob", passwordHash: null, createdAt: 1 });
      await begin("hers", 1);
      for (const was of [null, "1:former", ""]) expect(await users.setPassword(1, "1:new", was)).toBe(false);
      expect(await users.byId(1)).toMatchObject({ passwordHash: "1:hash" });
      expect(await ground.store.sessions.find(idOf("hers"))).not.toBeNull();
      expect(await users.setPassword(2, "1:new", "1:hash")).toBe(false);
      const first = ["1:one", "1:two", "1:three"].map((hash) => users.setPassword(2, hash, null));
      expect((await Promise.all(first)).filter((isSet) => isSet)).toHaveLength(1);
      await users.setStatus(1, "suspended", null, entryOf("person.suspended"));
      expect(await users.setPassword(1, "1:new", "1:hash")).toBe(false);
    });
  });

  describe("sessions", () => {
    beforeEach(() => settle(ground.store, "alice", "bob"));

    test("are found by the hash of their token, with their user", async () => {
      await begin("token", 2);
      expect(await ground.store.sessions.find(idOf("token"))).toEqual({
        id: idOf("token"),
        userId: 2,
        userName: "bob",
        role: "member",
        factors: 1,
        hasCode: false,
        hasPasskey: false,
        hasRecovery: false,
        provenAt: 100,
        keyHash: "",
        createdAt: 100,
        seenAt: 100,
      });
      expect(await ground.store.sessions.find(idOf("other"))).toBeNull();
    });

    test("are touched and removed one by one", async () => {
      await begin("a", 1);
      await begin("b", 1);
      await ground.store.sessions.touch(idOf("a"), 500);
      await ground.store.sessions.remove(idOf("b"));
      expect(await ground.store.sessions.find(idOf("a"))).toMatchObject({ seenAt: 500 });
      expect(await ground.store.sessions.find(idOf("b"))).toBeNull();
    });

    test("are removed once too old or too long unseen", async () => {
      await begin("old", 1, 10);
      await begin("unseen", 1, 50);
      await begin("fresh", 1, 60);
      for (const token of ["old", "fresh"]) await ground.store.sessions.touch(idOf(token), 500);
      await ground.store.sessions.removeExpired(400, 40);
      const left = await Promise.all(
        ["old", "unseen", "fresh"].map((token) => ground.store.sessions.find(idOf(token))),
      );
      expect(left.map((session) => session !== null)).toEqual([false, false, true]);
    });
  });
}
