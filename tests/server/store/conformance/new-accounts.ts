import { beforeEach, describe, expect, test } from "bun:test";
import type { NewAccount } from "../../../../server/store/new-user.ts";
import type { NewAuditEntry } from "../../../../server/store/transaction.ts";
import { outcomeOf } from "../../../support/outcome.ts";
import { everything } from "./everything.ts";
import { draft, entryOf, type Ground, idOf, type OpenGround, settle } from "./ground.ts";
import { anIdentity, anInvite, aPasskey, someSettings } from "./samples.ts";

const { userId: _, ...identity } = anIdentity();

/** How an account comes into being, with all that belongs to it. */
export function newAccountSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
  });
  const create = (name: string, newAccount?: NewAccount, passwordHash: string | null = "1:hash") =>
    ground.store.users.create({ name, passwordHash, createdAt: 60 }, newAccount);
  const invite = async (more: Parameters<typeof anInvite>[0] = {}) =>
    (await ground.store.invites.create(anInvite(more), entryOf("invite.made"))).id;
  const codesOf = (tries: Promise<unknown>[]) =>
    Promise.all(
      tries.map((each) =>
        each.then(
          (made) => made && "made",
          ({ code }) => code as string,
        ),
      ),
    );

  test("with nothing else it is a member of the group, and may have no password", async () => {
    await settle(ground.store, "alice");
    await ground.store.messages.append([draft("before")]);
    const user = await create("Bob", undefined, null);
    expect(user).toMatchObject({ name: "Bob", passwordHash: null, role: "member", status: "active" });
    expect(await ground.store.conversations.of(user!.id)).toMatchObject([{ id: "group", lastRead: 1 }]);
    expect(await ground.store.settings.read()).toBeNull();
    expect(await ground.store.audit.page({}, null, 10)).toEqual([]);
  });

  test("with everything it has everything, and the line of the audit log names it as both, as listeners hear", async () => {
    await settle(ground.store, "alice");
    const id = await invite({ maxUses: 2 });
    const session = { id: idOf("token"), device: "phone", address: "192.0.2.9", factors: 2 as const };
    const entry = entryOf("account.registered", { actorId: null, subjectId: null });
    const heard: NewAuditEntry[] = [];
    ground.store.onCommit(({ entries }) => heard.push(...entries));
    const user = (await create("bob", {
      session,
      invite: { id, at: 60 },
      identity,
      settings: someSettings(),
      entry,
    }))!;
    expect(user.role).toBe("owner");
    expect(await ground.store.settings.read()).toEqual(someSettings());
    expect(await ground.store.invites.find(id)).toMatchObject({ uses: 1 });
    expect(await ground.store.factors.identities(user.id)).toEqual([
      { ...identity, userId: user.id, lastUsedAt: 60 },
    ]);
    const times = { provenAt: 60, keyHash: "", createdAt: 60, seenAt: 60 };
    expect(await ground.store.sessions.of(user.id)).toEqual([{ ...session, ...times, label: null }]);
    expect(await ground.store.sessions.find(session.id)).toMatchObject({ role: "owner", provenAt: 60 });
    const named = { ...entry, actorId: user.id, subjectId: user.id };
    expect(await ground.store.audit.page({ events: ["account.registered"] }, null, 10)).toEqual([
      { ...named, id: expect.any(Number) },
    ]);
    expect(heard).toEqual([named]);
  });

  describe("a name that looks like another", () => {
    const pairs = [
      ["Illia", "lllia"],
      ["bob", "b0b"],
      ["modern", "rnodem"],
      ["vvendy", "Wendy"],
      ["ann.lee", "ann_lee"],
    ] as const;
    for (const [one, other] of pairs)
      test(`is not given: ${one} and ${other}`, async () => {
        const first = await create(one);
        const before = await everything(ground.store);
        const session = { id: idOf("token"), device: "phone" };
        expect(await create(other, { session, entry: entryOf("account.registered") })).toBeNull();
        expect(await everything(ground.store)).toEqual(before);
        expect(await ground.store.users.byName(other)).toBeNull();
        await ground.store.users.remove(first!.id);
        expect(await create(other)).not.toBeNull();
      });

    test("is given once to those who ask at once", async () => {
      const made = await Promise.all(["Illia", "lllia", "1llia", "I1lia"].map((name) => create(name)));
      expect(made.filter((user) => user !== null)).toHaveLength(1);
      expect(await ground.store.users.directory()).toHaveLength(1);
    });
  });

  describe("ASVS 2.3.3 where one thing cannot be, nothing has changed:", () => {
    const refusals: Record<string, { code: string; with: () => Promise<NewAccount> }> = {
      "an invitation that never was": {
        code: "invite_invalid",
        with: async () => ({ invite: { id: 99, at: 60 } }),
      },
      "one that has expired": {
        code: "invite_invalid",
        with: async () => ({ invite: { id: await invite({ expiresAt: 60 }), at: 60 } }),
      },
      "one that is used up": {
        code: "invite_invalid",
        with: async () => {
          const id = await invite({ maxUses: 1 });
          await create("first", { invite: { id, at: 59 } });
          return { invite: { id, at: 60 } };
        },
      },
      "one that was revoked": {
        code: "invite_invalid",
        with: async () => {
          const id = await invite();
          await ground.store.invites.revoke(id, 10, entryOf("invite.revoked"));
          return { invite: { id, at: 60 } };
        },
      },
      "an account at a provider that opens another": {
        code: "identity_taken",
        with: async () => {
          await ground.store.factors.addIdentity(anIdentity({ userId: 1 }), entryOf("provider.linked"));
          return { invite: { id: await invite(), at: 60 }, identity };
        },
      },
      "a server that is set up": {
        code: "already_set_up",
        with: async () => {
          await ground.store.settings.write(someSettings({ name: "Before" }));
          return { invite: { id: await invite(), at: 60 }, settings: someSettings() };
        },
      },
    };
    for (const [what, { code, with: prepare }] of Object.entries(refusals))
      test(what, async () => {
        await settle(ground.store, "alice");
        const newAccount = await prepare();
        const before = await everything(ground.store);
        const rest = {
          session: { id: idOf("token"), device: "phone" },
          entry: entryOf("account.registered"),
        };
        const creating = create("newcomer", { ...rest, ...newAccount });
        expect(await outcomeOf(creating)).toThrow(expect.objectContaining({ code }));
        expect(await everything(ground.store)).toEqual(before);
        expect(await create("newcomer")).not.toBeNull();
      });

    test("an audit log that cannot be written", async () => {
      await settle(ground.store, "alice");
      const whole = { invite: { id: await invite(), at: 60 }, identity, settings: someSettings() };
      const before = await everything(ground.store);
      await ground.run("alter table audit rename to elsewhere");
      expect(await outcomeOf(create("bob", { ...whole, entry: entryOf("account.registered") }))).toThrow();
      await ground.run("alter table elsewhere rename to audit");
      expect(await everything(ground.store)).toEqual(before);
    });

    test("a name that is taken, with an invitation and a server that is not set up", async () => {
      await settle(ground.store, "alice");
      const newAccount = { invite: { id: await invite(), at: 60 }, identity, settings: someSettings() };
      const before = await everything(ground.store);
      expect(await create("ALICE", { ...newAccount, entry: entryOf("house.set up") })).toBeNull();
      expect(await everything(ground.store)).toEqual(before);
    });
  });

  describe("of those who come at once", () => {
    test("ASVS 2.3.4 fifty with one invitation for one, one gets in", async () => {
      await settle(ground.store, "alice");
      const id = await invite({ maxUses: 1 });
      const tries = Array.from({ length: 50 }, (_, at) => create(`guest${at}`, { invite: { id, at: 60 } }));
      const codes = await codesOf(tries);
      expect(codes.filter((code) => code === "made")).toHaveLength(1);
      expect(codes.filter((code) => code === "invite_invalid")).toHaveLength(49);
      expect(await ground.store.users.directory()).toHaveLength(2);
      expect(await ground.store.invites.find(id)).toMatchObject({ uses: 1 });
    });

    test("ASVS 15.4.2 ten who set the server up, one owns it", async () => {
      const tries = Array.from({ length: 10 }, (_, at) =>
        create(`owner${at}`, { settings: someSettings({ name: `House ${at}` }) }),
      );
      const codes = await codesOf(tries);
      expect(codes.filter((code) => code === "already_set_up")).toHaveLength(9);
      const [owner] = await ground.store.users.directory();
      expect(owner!.role).toBe("owner");
      expect((await ground.store.settings.read())!.name).toBe(`House ${owner!.name!.at(-1)}`);
    });

    test("two with one account at a provider, it opens one", async () => {
      const codes = await codesOf(["bob", "carol"].map((name) => create(name, { identity })));
      expect(codes.toSorted()).toEqual(["identity_taken", "made"]);
      expect(await ground.store.users.directory()).toHaveLength(1);
    });
  });

  test("an expiry later, or uses left, let in as often as they say", async () => {
    await settle(ground.store, "alice");
    const id = await invite({ expiresAt: 61, maxUses: 2 });
    for (const name of ["bob", "carol"])
      expect(await create(name, { invite: { id, at: 60 } })).not.toBeNull();
    expect(await outcomeOf(create("dave", { invite: { id, at: 60 } }))).toThrow(
      expect.objectContaining({ code: "invite_invalid" }),
    );
    await ground.store.factors.addPasskey(aPasskey(), [], entryOf("passkey.added"));
    expect(await ground.store.users.byName("carol")).not.toBeNull();
  });
}
