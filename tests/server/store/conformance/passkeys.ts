import { beforeEach, expect, test } from "bun:test";
import { entryOf, type Ground, idOf, type OpenGround, settle } from "./ground.ts";
import { aPasskey } from "./samples.ts";

const added = entryOf("passkey.added");
const removed = entryOf("passkey.removed");

/** How a store keeps passkeys. */
export function passkeySuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob");
  });

  test("are kept as they were added, listed in the order in which they came, and found by their id", async () => {
    const { factors } = ground.store;
    const later = aPasskey({ id: "a later one", transports: [], createdAt: 7, counter: 4294967295 });
    expect(await factors.addPasskey(later, [], added)).not.toBeNull();
    expect(await factors.addPasskey(aPasskey(), [], added)).not.toBeNull();
    expect(await factors.addPasskey(aPasskey({ id: "hers", userId: 1 }), [], added)).not.toBeNull();
    const fresh = { lastUsedAt: null };
    expect(await factors.passkeys(2)).toEqual([
      { ...aPasskey(), ...fresh },
      { ...later, ...fresh },
    ]);
    expect(await factors.passkey("credential")).toEqual({ ...aPasskey(), ...fresh });
    expect(await factors.passkey("unknown")).toBeNull();
    expect((await factors.passkey("credential"))!.publicKey).toBeInstanceOf(Buffer);
  });

  test("are added once, whoever has them, also if it is tried at once", async () => {
    const { factors } = ground.store;
    const tried = await Promise.all(
      [1, 2].map((userId) => factors.addPasskey(aPasskey({ userId }), [], added)),
    );
    expect(tried.filter((one) => one !== null)).toHaveLength(1);
    const owner = tried.findIndex((one) => one !== null) + 1;
    expect(await factors.passkey("credential")).toMatchObject({ userId: owner });
    expect(await ground.store.audit.page({}, null, 10)).toHaveLength(1);
  });

  test("are named and removed by whom they belong to, and nobody else", async () => {
    const { factors } = ground.store;
    await factors.addPasskey(aPasskey(), [], added);
    expect(await factors.renamePasskey(1, "credential", "Mine")).toBe(false);
    expect(await factors.removePasskey(1, "credential", removed)).toBeNull();
    expect(await factors.renamePasskey(2, "credential", "Bob's phone")).toBe(true);
    expect(await factors.passkeys(2)).toMatchObject([{ name: "Bob's phone" }]);
    expect(await factors.removePasskey(2, "credential", removed)).toEqual({ left: 0 });
    expect(await factors.renamePasskey(2, "credential", "gone")).toBe(false);
    expect(await factors.passkeys(2)).toEqual([]);
  });

  test("note their latest use, each by itself", async () => {
    const { factors } = ground.store;
    await factors.addPasskey(aPasskey(), [], added);
    await factors.addPasskey(aPasskey({ id: "other", createdAt: 9 }), [], added);
    expect(await factors.usedPasskey("credential", 4, 500)).toBe(true);
    expect(await factors.passkeys(2)).toMatchObject([
      { counter: 4, lastUsedAt: 500 },
      { counter: 3, lastUsedAt: null },
    ]);
  });

  test("are not used with a counter that was used before, unless they do not count, nor once they are gone", async () => {
    const { factors } = ground.store;
    await factors.addPasskey(aPasskey({ counter: 3 }), [], added);
    await factors.addPasskey(aPasskey({ id: "uncounted", counter: 0, createdAt: 9 }), [], added);
    const used = [];
    for (const [id, counter] of [
      ["credential", 3],
      ["credential", 5],
      ["credential", 4],
      ["uncounted", 0],
      ["uncounted", 0],
      ["unknown", 9],
    ] as const)
      used.push(await factors.usedPasskey(id, counter, 500));
    expect(used).toEqual([false, true, false, true, true, false]);
    expect((await factors.passkeys(2)).map(({ counter }) => counter)).toEqual([5, 0]);
    const atOnce = await Promise.all(
      [6, 6, 6].map((counter) => factors.usedPasskey("credential", counter, 600)),
    );
    expect(atOnce.filter((one) => one)).toHaveLength(1);
  });

  test("bring recovery codes where the account never had any, which go with the last factor", async () => {
    const { factors, users } = ground.store;
    const isUsed = (code: string) => factors.useRecoveryCode(2, idOf(code), entryOf("recovery.used"));
    expect(await factors.addPasskey(aPasskey(), [idOf("a")], added)).toEqual({ hasTakenCodes: true });
    expect(await users.byId(2)).toMatchObject({ hasRecovery: true });
    expect(await users.byId(1)).toMatchObject({ hasRecovery: false });
    expect(await isUsed("a")).toBe(true);
    // That they are used up makes the account no weaker.
    const second = await factors.addPasskey(aPasskey({ id: "second" }), [idOf("b")], added);
    expect([second, await isUsed("b")]).toEqual([{ hasTakenCodes: false }, false]);
    expect(await factors.setRecoveryCodes(2, [idOf("c")], entryOf("recovery.renewed"))).toBe(true);
    await factors.setTotp(2, { secret: "sealed", step: 1, createdAt: 5 }, [idOf("d")], entryOf("code.added"));
    await factors.removePasskey(2, "credential", removed);
    await factors.removeTotp(2, entryOf("code.removed"));
    expect([await factors.recoveryCodes(2), await users.byId(2)]).toMatchObject([1, { hasRecovery: true }]);
    await factors.removePasskey(2, "second", removed);
    expect([await factors.recoveryCodes(2), await users.byId(2)]).toMatchObject([0, { hasRecovery: false }]);
    expect(await factors.setRecoveryCodes(2, [idOf("e")], entryOf("recovery.renewed"))).toBe(false);
    expect(await factors.recoveryCodes(2)).toBe(0);
  });

  test("bring recovery codes once, also where two are added at once", async () => {
    const { factors } = ground.store;
    const both = await Promise.all(
      ["one", "two"].map((id) => factors.addPasskey(aPasskey({ id }), [idOf(id)], added)),
    );
    expect(both.filter((one) => one?.hasTakenCodes)).toHaveLength(1);
    expect(await factors.recoveryCodes(2)).toBe(1);
  });

  test("are known of their account, and of its sessions", async () => {
    const { factors, users } = ground.store;
    await factors.addPasskey(aPasskey(), [], added);
    expect(await users.byId(2)).toMatchObject({ hasPasskey: true, hasCode: false });
    expect(await users.byName("bob")).toMatchObject({ hasPasskey: true });
    expect(await users.byId(1)).toMatchObject({ hasPasskey: false });
    expect((await users.overview(0, 0)).map(({ hasPasskey }) => hasPasskey)).toEqual([false, true]);
  });
}
