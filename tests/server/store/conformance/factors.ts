import { beforeEach, describe, expect, test } from "bun:test";
import { entryOf, type Ground, idOf, type OpenGround, settle } from "./ground.ts";
import { beginSession } from "./samples.ts";

const added = entryOf("code.added");
const codes = ["a", "b", "c"].map(idOf);

/** How a store keeps authenticator apps and recovery codes. */
export function factorSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob");
  });
  const setUp = (userId: number, secret = "sealed", step = 10, recovery = codes) =>
    ground.store.factors.setTotp(userId, { secret, step, createdAt: 5 }, recovery, added);

  describe("an authenticator app", () => {
    test("is kept for its user alone, and known of the account and its sessions", async () => {
      const { factors, users, sessions } = ground.store;
      await beginSession(ground.store, "bob", 2);
      expect(await factors.totp(2)).toBeNull();
      await setUp(2);
      expect(await factors.totp(2)).toEqual({ secret: "sealed", createdAt: 5 });
      expect(await factors.totp(1)).toBeNull();
      expect(await users.byId(2)).toMatchObject({ hasCode: true, hasPasskey: false });
      expect(await users.byId(1)).toMatchObject({ hasCode: false });
      expect(await sessions.find(idOf("bob"))).toMatchObject({ hasCode: true, hasPasskey: false });
      expect((await users.overview(0, 0)).map(({ hasCode }) => hasCode)).toEqual([false, true]);
    });

    test("takes the place of a former one, with the codes and the step of its own", async () => {
      const { factors } = ground.store;
      await setUp(2);
      await setUp(1, "hers", 10, [idOf("hers")]);
      await setUp(2, "another", 3, [idOf("new")]);
      expect(await factors.totp(2)).toMatchObject({ secret: "another" });
      expect(await factors.useStep(2, 4)).toBe(true);
      expect([await factors.recoveryCodes(2), await factors.recoveryCodes(1)]).toEqual([1, 1]);
      expect(await factors.useRecoveryCode(2, idOf("a"), entryOf("recovery.used"))).toBe(false);
    });

    test("goes with its recovery codes", async () => {
      const { factors, users } = ground.store;
      await setUp(2);
      expect(await factors.removeTotp(1, entryOf("code.removed"))).toBe(false);
      expect(await factors.removeTotp(2, entryOf("code.removed"))).toBe(true);
      expect(await factors.totp(2)).toBeNull();
      expect(await factors.recoveryCodes(2)).toBe(0);
      expect(await users.byId(2)).toMatchObject({ hasCode: false });
      expect(await factors.useStep(2, 99)).toBe(false);
    });
  });

  describe("ASVS 6.5.1 a time step", () => {
    test("is taken once, and none before it any more", async () => {
      await setUp(2);
      const taken = [];
      for (const step of [9, 10, 11, 11, 10, 13, 12, 14])
        taken.push(await ground.store.factors.useStep(2, step));
      expect(taken).toEqual([false, false, true, false, false, true, false, true]);
      expect(await ground.store.factors.useStep(1, 11)).toBe(false);
    });

    test("is taken by one of those who come with it at once", async () => {
      await setUp(2);
      const taken = await Promise.all(Array.from({ length: 20 }, () => ground.store.factors.useStep(2, 11)));
      expect(taken.filter((one) => one)).toHaveLength(1);
    });
  });

  describe("ASVS 6.5.1 a recovery code", () => {
    beforeEach(() => setUp(2));

    test("is taken once, from whom it belongs to", async () => {
      const { factors, audit } = ground.store;
      const use = (userId: number, code: string) =>
        factors.useRecoveryCode(userId, idOf(code), entryOf("recovery.used"));
      expect(await use(1, "a")).toBe(false);
      expect(await use(2, "z")).toBe(false);
      expect(await use(2, "a")).toBe(true);
      expect(await use(2, "a")).toBe(false);
      expect(await factors.recoveryCodes(2)).toBe(2);
      expect(await audit.page({ events: ["recovery.used"] }, null, 10)).toHaveLength(1);
    });

    test("is taken by one of those who come with it at once", async () => {
      const taken = await Promise.all(
        Array.from({ length: 20 }, () =>
          ground.store.factors.useRecoveryCode(2, idOf("a"), entryOf("recovery.used")),
        ),
      );
      expect(taken.filter((one) => one)).toHaveLength(1);
      expect(await ground.store.factors.recoveryCodes(2)).toBe(2);
    });

    test("is worth nothing once there are new ones", async () => {
      const { factors } = ground.store;
      await setUp(1, "hers", 1, [idOf("hers")]);
      await factors.setRecoveryCodes(2, [idOf("x")], entryOf("recovery.renewed"));
      expect(await factors.recoveryCodes(2)).toBe(1);
      expect(await factors.useRecoveryCode(2, idOf("b"), entryOf("recovery.used"))).toBe(false);
      expect(await factors.useRecoveryCode(2, idOf("x"), entryOf("recovery.used"))).toBe(true);
      expect(await factors.recoveryCodes(1)).toBe(1);
      expect(await factors.totp(2)).not.toBeNull();
    });
  });
}
