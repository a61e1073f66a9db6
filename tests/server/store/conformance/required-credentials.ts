import { beforeEach, expect, test } from "bun:test";
import type { RequiredCredentials } from "../../../../server/store/required-credentials.ts";
import { everything } from "./everything.ts";
import { entryOf, type Ground, idOf, type OpenGround } from "./ground.ts";
import { anIdentity, aPasskey, beginSession } from "./samples.ts";

const entry = entryOf("passkey.removed");
const { provider, issuer } = anIdentity();
const opening = [{ provider, issuer }];

/** How a store leaves somebody what they need to come in, whatever they remove. */
export function requiredCredentialsSuite(open: OpenGround): void {
  let ground: Ground;
  /** Bob, whose id is 2, has no password. */
  beforeEach(async () => {
    ground = await open();
    const { users } = ground.store;
    await users.create({ name: "alice", passwordHash: "1:hash", createdAt: 1 });
    await users.create({ name: "bob", passwordHash: null, createdAt: 1 });
  });
  const add = {
    passkey: (id = "credential", userId = 2) =>
      ground.store.factors.addPasskey(aPasskey({ id, userId }), [], entry),
    identity: (more: Parameters<typeof anIdentity>[0] = {}) =>
      ground.store.factors.addIdentity(anIdentity(more), entry),
    totp: (userId = 2) =>
      ground.store.factors.setTotp(
        userId,
        { secret: "sealed", step: 1, createdAt: 5 },
        [idOf("code")],
        entry,
      ),
  };
  const remove = {
    passkey: (needs: RequiredCredentials, id = "credential", userId = 2) =>
      ground.store.factors.removePasskey(userId, id, entry, needs),
    identities: (needs: RequiredCredentials) =>
      ground.store.factors.removeIdentities(2, provider, entry, needs),
    totp: (needs: RequiredCredentials) => ground.store.factors.removeTotp(2, entry, needs),
  };
  const outcomes = async (calls: Promise<unknown>[]) =>
    (await Promise.allSettled(calls)).map((each) =>
      each.status === "rejected" ? (each.reason.code ?? each.reason) : each.value,
    );

  test("ASVS 7.4.3 a session that has ended adds neither an app nor a passkey", async () => {
    const { factors, sessions } = ground.store;
    const totp = { secret: "sealed", step: 1, createdAt: 5 };
    await beginSession(ground.store, "bob", 2);
    const addBoth = async () => [
      await factors.setTotp(2, totp, [idOf("code")], entry, idOf("bob")),
      await factors.addPasskey(aPasskey(), [], entry, idOf("bob")),
    ];
    await sessions.removeOthers(2, null);
    const before = await everything(ground.store);
    expect(await addBoth()).toEqual([false, null]);
    expect(await everything(ground.store)).toEqual(before);
    await beginSession(ground.store, "bob", 2);
    expect(await addBoth()).toEqual([true, { hasTakenCodes: false }]);
  });

  test("what is refused has changed nothing", async () => {
    await add.passkey();
    const before = await everything(ground.store);
    expect(await outcomes([remove.passkey({ opening })])).toEqual(["last_way_in"]);
    expect(await outcomes([remove.passkey({ secondFactor: true })])).toEqual(["enrolment_needed"]);
    expect(await everything(ground.store)).toEqual(before);
    expect(await remove.passkey({ opening, secondFactor: true }, "another")).toBeNull();
  });

  test("a password, a passkey, or an account at a provider that is set up is a way in", async () => {
    await add.passkey("hers", 1);
    expect(await remove.passkey({ opening }, "hers", 1)).toEqual({ left: 0 });
    for (const id of ["credential", "other"]) await add.passkey(id);
    expect(await remove.passkey({ opening }, "other")).toEqual({ left: 1 });
    await add.identity();
    expect(await remove.passkey({ opening })).toEqual({ left: 0 });
    await add.passkey();
    expect(await remove.identities({ opening })).toBe(true);
  });

  test("an app is none, nor is an account at a provider that is not set up, or has another issuer by now", async () => {
    await add.totp();
    await add.identity({ provider: "gone" });
    await add.identity({ issuer: "https://former.example" });
    await add.passkey();
    expect(await outcomes([remove.passkey({ opening })])).toEqual(["last_way_in"]);
    expect(await outcomes([remove.passkey({ opening: [] })])).toEqual(["last_way_in"]);
  });

  test("an app or a passkey is a second factor", async () => {
    for (const id of ["credential", "other"]) await add.passkey(id);
    await add.totp();
    const needs = { secondFactor: true };
    expect(await remove.passkey(needs)).toEqual({ left: 1 });
    expect(await remove.totp(needs)).toBe(true);
    await add.totp();
    expect(await remove.passkey(needs, "other")).toEqual({ left: 0 });
    expect(await outcomes([remove.totp(needs)])).toEqual(["enrolment_needed"]);
    expect(await ground.store.factors.recoveryCodes(2)).toBe(1);
  });

  test("where nothing has to stay, nothing does", async () => {
    await Promise.all([add.passkey(), add.identity(), add.totp()]);
    const done = [await remove.passkey({}), await remove.identities({}), await remove.totp({})];
    expect(done).toEqual([{ left: 0 }, true, true]);
  });

  const pairs: [string, code: string, begin: () => Promise<unknown>[], end: () => Promise<unknown>[]][] = [
    [
      "two passkeys",
      "last_way_in",
      () => [add.passkey(), add.passkey("other")],
      () => [remove.passkey({ opening }), remove.passkey({ opening }, "other")],
    ],
    [
      "a passkey and an account at a provider",
      "last_way_in",
      () => [add.passkey(), add.identity()],
      () => [remove.passkey({ opening }), remove.identities({ opening })],
    ],
    [
      "a passkey and an app",
      "enrolment_needed",
      () => [add.passkey(), add.totp()],
      () => [remove.passkey({ secondFactor: true }), remove.totp({ secondFactor: true })],
    ],
  ];
  for (const [what, code, begin, end] of pairs)
    test(`ASVS 15.4.2 of ${what} that are removed at once, one stays`, async () => {
      await Promise.all(begin());
      const done = await outcomes(end());
      expect(done.filter((each) => each === code)).toHaveLength(1);
    });
}
