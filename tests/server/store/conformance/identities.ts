import { beforeEach, expect, test } from "bun:test";
import { entryOf, type Ground, type OpenGround, settle } from "./ground.ts";
import { anIdentity } from "./samples.ts";

const linked = entryOf("provider.linked");
const unlinked = entryOf("provider.unlinked");
const { issuer, subject, provider } = anIdentity();

/** How a store keeps accounts at providers that open an account here. */
export function identitySuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob");
  });

  test("are kept as they were linked, in the order in which they came", async () => {
    const { factors } = ground.store;
    const later = anIdentity({ issuer: "https://another.example", createdAt: 7 });
    expect(await factors.addIdentity(later, linked)).toBe(true);
    expect(await factors.addIdentity(anIdentity(), linked)).toBe(true);
    expect(await factors.identities(2)).toEqual([
      { ...anIdentity(), lastUsedAt: null },
      { ...later, lastUsedAt: null },
    ]);
    expect(await factors.identities(1)).toEqual([]);
  });

  test("ASVS 6.8.1 are told apart by issuer and subject, both of them, letter by letter", async () => {
    const { factors } = ground.store;
    await factors.addIdentity(anIdentity(), linked);
    await factors.addIdentity(anIdentity({ issuer: "https://evil.example", userId: 1 }), linked);
    expect(await factors.identity(issuer, subject)).toMatchObject({ userId: 2 });
    expect(await factors.identity("https://evil.example", subject)).toMatchObject({ userId: 1 });
    expect(await factors.identity(issuer.toUpperCase(), subject)).toBeNull();
    expect(await factors.identity(issuer, `${subject} `)).toBeNull();
  });

  test("ASVS 15.4.2 open one account here, also if two link them at once", async () => {
    const { factors } = ground.store;
    const tried = await Promise.all(
      [1, 2].map((userId) => factors.addIdentity(anIdentity({ userId }), linked)),
    );
    expect(tried.toSorted()).toEqual([false, true]);
    expect(await factors.identity(issuer, subject)).toMatchObject({ userId: tried.indexOf(true) + 1 });
    expect(await ground.store.audit.page({}, null, 10)).toHaveLength(1);
  });

  test("are unlinked by whom they belong to, and note their latest use", async () => {
    const { factors } = ground.store;
    await factors.addIdentity(anIdentity(), linked);
    await factors.addIdentity(anIdentity({ subject: "former", createdAt: 7 }), linked);
    await factors.addIdentity(anIdentity({ subject: "other", provider: "another", createdAt: 9 }), linked);
    await factors.usedIdentity(issuer, subject, 500);
    expect(await factors.identities(2)).toMatchObject([
      { lastUsedAt: 500 },
      { lastUsedAt: null },
      { lastUsedAt: null },
    ]);
    expect(await factors.removeIdentities(1, provider, unlinked)).toBe(false);
    expect(await factors.removeIdentities(2, provider, unlinked)).toBe(true);
    expect(await factors.identities(2)).toMatchObject([{ subject: "other" }]);
  });
}
