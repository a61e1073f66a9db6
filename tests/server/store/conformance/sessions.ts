import { beforeEach, describe, expect, test } from "bun:test";
import { entryOf, type Ground, idOf, type OpenGround, settle } from "./ground.ts";
import { beginSession } from "./samples.ts";

/** What a store knows of sessions: what was proven in them, and as a list of devices. */
export function sessionSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob");
  });
  const begin = (token: string, userId: number, createdAt?: number) =>
    beginSession(ground.store, token, userId, createdAt);
  const isThere = async (token: string) => (await ground.store.sessions.find(idOf(token))) !== null;

  describe("a session", () => {
    test("knows how many factors were proven, and that it was when it began", async () => {
      const { sessions } = ground.store;
      const both = { id: idOf("two"), userId: 2, device: "phone", factors: 2 as const, createdAt: 40 };
      await sessions.create(both);
      await begin("one", 2, 41);
      expect(await sessions.find(idOf("two"))).toMatchObject({ factors: 2, provenAt: 40 });
      expect(await sessions.find(idOf("one"))).toMatchObject({ factors: 1, provenAt: 41 });
    });

    test("knows the role of its user as it is now", async () => {
      await begin("bob", 2);
      await ground.store.users.setRole(2, "admin", entryOf("person.role changed"));
      expect(await ground.store.sessions.find(idOf("bob"))).toMatchObject({ role: "admin" });
    });

    test("ASVS 7.2.4 goes on under another id when something was proven, and the former one opens nothing", async () => {
      const { sessions } = ground.store;
      await begin("old", 2);
      await begin("hers", 1);
      await sessions.setLabel(2, idOf("old"), "Phone");
      const next = { id: idOf("new"), factors: 2 as const, provenAt: 300 };
      expect(await sessions.renew(idOf("old"), next)).toBe(true);
      expect(await isThere("old")).toBe(false);
      expect(await sessions.find(idOf("new"))).toMatchObject({
        ...next,
        userId: 2,
        createdAt: 100,
        seenAt: 100,
      });
      expect(await sessions.of(2)).toMatchObject([{ label: "Phone", device: "old's browser" }]);
      expect(await sessions.renew(idOf("old"), { ...next, id: idOf("newer") })).toBe(false);
      expect(await sessions.find(idOf("hers"))).toMatchObject({ factors: 1, provenAt: 100 });
    });

    test("ASVS 15.4.2 is renewed by one of those who ask at once", async () => {
      await begin("old", 2);
      const renewed = await Promise.all(
        Array.from({ length: 10 }, (_, at) =>
          ground.store.sessions.renew(idOf("old"), { id: idOf(`new ${at}`), factors: 1, provenAt: 9 }),
        ),
      );
      expect(renewed.filter((one) => one)).toHaveLength(1);
      expect(await ground.store.sessions.of(2)).toHaveLength(1);
    });
  });

  describe("the key of a session", () => {
    const keyOf = async (token: string) => (await ground.store.sessions.find(idOf(token)))?.keyHash;
    /** A session as it was stored before there were keys. */
    async function beginLegacy(token: string, userId: number) {
      await begin(token, userId, userId === 1 ? 111 : 222);
      await ground.run(`update sessions set key_hash = null where created_at = ${userId === 1 ? 111 : 222}`);
    }

    test("is the one that it began with, or none, and goes on with it when something is proven", async () => {
      const { sessions } = ground.store;
      await sessions.create({ id: idOf("bound"), userId: 2, device: "phone", createdAt: 1, keyHash: "hash" });
      await begin("unbound", 2);
      const session = { id: idOf("first"), device: "laptop", keyHash: "hers" };
      await ground.store.users.create({ name: "carol", passwordHash: null, createdAt: 3 }, { session });
      expect([await keyOf("bound"), await keyOf("unbound"), await keyOf("first")]).toEqual([
        "hash",
        "",
        "hers",
      ]);
      await sessions.renew(idOf("bound"), { id: idOf("again"), factors: 2, provenAt: 9 });
      await sessions.renew(idOf("unbound"), { id: idOf("still"), factors: 2, provenAt: 9 });
      expect([await keyOf("again"), await keyOf("still")]).toEqual(["hash", ""]);
    });

    test("is given once to one from before there were keys, and to no other", async () => {
      const { sessions } = ground.store;
      await beginLegacy("legacy", 2);
      await begin("unbound", 1);
      expect(await keyOf("legacy")).toBeNull();
      expect(await sessions.bind(idOf("legacy"), "hash")).toBe(true);
      expect(await sessions.bind(idOf("legacy"), "other")).toBe(false);
      expect(await sessions.bind(idOf("unbound"), "other")).toBe(false);
      expect(await sessions.bind(idOf("nothing"), "other")).toBe(false);
      expect([await keyOf("legacy"), await keyOf("unbound")]).toEqual(["hash", ""]);
    });

    test("is not given to a second session: that one was planted beside the first", async () => {
      const { sessions } = ground.store;
      await sessions.create({ id: idOf("hers"), userId: 1, device: "phone", createdAt: 1, keyHash: "hash" });
      await beginLegacy("planted", 2);
      expect(await sessions.bind(idOf("planted"), "hash")).toBe(false);
      expect(await keyOf("planted")).toBeNull();
    });

    test("ASVS 15.4.2 is that of one of those who bind at once", async () => {
      await beginLegacy("legacy", 2);
      const keys = Array.from({ length: 8 }, (_, at) => `hash ${at}`);
      const bound = await Promise.all(keys.map((key) => ground.store.sessions.bind(idOf("legacy"), key)));
      expect(bound.filter((one) => one)).toHaveLength(1);
      expect(await keyOf("legacy")).toBe(keys[bound.indexOf(true)]!);
    });
  });

  describe("ASVS 7.5.2 the devices of a person", () => {
    test("are listed with what is known of them, the latest used first", async () => {
      const { sessions } = ground.store;
      const known = { device: "Firefox", address: "192.0.2.9", factors: 2 as const, keyHash: "hash" };
      const phone = { id: idOf("phone"), ...known };
      await sessions.create({ ...phone, userId: 2, createdAt: 40 });
      await begin("tablet", 2, 50);
      await begin("hers", 1, 60);
      await sessions.touch(idOf("phone"), 70);
      await sessions.setLabel(2, idOf("tablet"), "Kitchen");
      const tablet = { id: idOf("tablet"), device: "tablet's browser", address: "", factors: 1 as const };
      const unbound = { keyHash: "" };
      expect(await sessions.of(2)).toEqual([
        { ...phone, label: null, provenAt: 40, createdAt: 40, seenAt: 70 },
        { ...tablet, ...unbound, label: "Kitchen", provenAt: 50, createdAt: 50, seenAt: 50 },
      ]);
      expect(await sessions.of(3)).toEqual([]);
    });

    test("are named by their user alone, and may lose the name again", async () => {
      const { sessions } = ground.store;
      await begin("bob", 2);
      expect(await sessions.setLabel(1, idOf("bob"), "Mine")).toBe(false);
      expect(await sessions.setLabel(2, idOf("other"), "Mine")).toBe(false);
      expect(await sessions.setLabel(2, idOf("bob"), "Mine")).toBe(true);
      expect(await sessions.of(2)).toMatchObject([{ label: "Mine" }]);
      expect(await sessions.setLabel(2, idOf("bob"), null)).toBe(true);
      expect(await sessions.of(2)).toMatchObject([{ label: null }]);
    });

    test("all end but one, or all of them, and nobody else's", async () => {
      const { sessions } = ground.store;
      for (const token of ["a", "b", "c"]) await begin(token, 2);
      await begin("hers", 1);
      expect(await sessions.removeOthers(2, idOf("b"))).toBe(2);
      expect(await Promise.all(["a", "b", "c", "hers"].map(isThere))).toEqual([false, true, false, true]);
      expect(await sessions.removeOthers(2, idOf("b"))).toBe(0);
      expect(await sessions.removeOthers(2, idOf("hers"))).toBe(1);
      await begin("d", 2);
      expect(await sessions.removeOthers(2, null)).toBe(1);
      expect(await isThere("hers")).toBe(true);
    });
  });
}
