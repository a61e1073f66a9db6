import { beforeEach, describe, expect, test } from "bun:test";
import type { Actor } from "../../../../server/store/authority.ts";
import type { Store } from "../../../../server/store/store.ts";
import { entryOf, type Ground, type OpenGround, settle } from "./ground.ts";
import { asOwner, beginSession } from "./samples.ts";

const entry = entryOf("person.banned");

/** All that is done to somebody by who stands above them; Bob, whose id is 2, is whom it is done to. */
const actions: Record<string, (store: Store, actor: Actor) => Promise<unknown>> = {
  mute: ({ users }, actor) => users.mute(2, 99, entry, actor),
  ban: ({ users }, actor) => users.setStatus(2, "banned", null, entry, actor),
  "a role": ({ users }, actor) => users.setRole(2, "member", entry, actor),
  "ending sessions": ({ sessions }, actor) => sessions.removeOthers(2, null, entry, actor),
  deletion: ({ users }, actor) => users.remove(2, false, entry, actor),
};

/** By what right something is done to somebody: what was looked at before may have changed meanwhile. */
export function authoritySuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob", "carol");
    await asOwner(ground.store);
    await ground.store.users.setRole(3, "admin", entry);
    await beginSession(ground.store, "bob", 2);
  });
  const linesOf = async () => (await ground.store.audit.page({}, null, 100)).length;
  const codeOf = (action: Promise<unknown>) =>
    action.then(
      () => "done",
      (error) => error.code ?? error,
    );

  for (const [what, does] of Object.entries(actions))
    describe(`ASVS 8.3.1 ASVS 15.4.2 ${what} of somebody`, () => {
      const tried = async (actor: Actor) => {
        const before = [await ground.store.users.byId(2), await linesOf()];
        expect(await codeOf(does(ground.store, actor))).toBe("not_allowed");
        expect([await ground.store.users.byId(2), await linesOf()]).toEqual(before);
        expect(await ground.store.sessions.of(2)).toHaveLength(1);
      };

      test("is done by who stands above them", async () => {
        const lines = await linesOf();
        expect(await codeOf(does(ground.store, { by: 3, role: "admin" }))).toBe("done");
        expect(await linesOf()).toBe(lines + 1);
      });

      test("is refused where they have risen meanwhile", async () => {
        await ground.store.users.setRole(2, "admin", entry);
        await tried({ by: 3, role: "admin" });
        await ground.store.users.setRole(2, "member", entry);
        await ground.store.users.handOver(1, 2, entry);
        await tried({ by: 3, role: "admin" });
        await tried({ by: 1, role: "owner" });
      });

      test("is refused where the other has lost the role meanwhile, is locked, or gone", async () => {
        await ground.store.users.setRole(3, "member", entry);
        await tried({ by: 3, role: "admin" });
        await ground.store.users.setRole(3, "admin", entry);
        await ground.store.users.setStatus(3, "suspended", null, entry);
        await tried({ by: 3, role: "admin" });
        await ground.store.users.setStatus(3, "active", null, entry);
        await ground.store.users.remove(3);
        await tried({ by: 3, role: "admin" });
        await tried({ by: 99, role: "admin" });
      });
    });

  test("ASVS 8.3.1 what an admin has locked meanwhile, a moderator neither opens nor makes a ban", async () => {
    const { users } = ground.store;
    await users.setRole(3, "moderator", entry);
    const actor = { by: 3, role: "moderator" } as const;
    expect(await users.setStatus(2, "banned", null, entry, actor)).toBe(true);
    expect(await users.setStatus(2, "active", null, entry, actor)).toBe(true);
    await users.setStatus(2, "suspended", null, entry);
    for (const status of ["active", "banned", "suspended"] as const)
      expect(await codeOf(users.setStatus(2, status, null, entry, actor))).toBe("not_allowed");
    expect(await users.byId(2)).toMatchObject({ status: "suspended" });
  });
}
