import { beforeEach, describe, expect, test } from "bun:test";
import type { Power } from "../../../../server/db/kept/power.ts";
import type { Store } from "../../../../server/db/store.ts";
import { actOf, type Ground, type OpenGround, settle } from "./ground.ts";
import { asOwner, beginSession } from "./samples.ts";

const act = actOf("person.banned");

/** All that is done to somebody by who stands above them; Bob, whose id is 2, is whom it is done to. */
const deeds: Record<string, (store: Store, power: Power) => Promise<unknown>> = {
  mute: ({ users }, power) => users.mute(2, 99, act, power),
  ban: ({ users }, power) => users.setStanding(2, "banned", null, act, power),
  "a role": ({ users }, power) => users.setRole(2, "member", act, power),
  "ending sessions": ({ sessions }, power) => sessions.removeOthers(2, null, act, power),
  deletion: ({ users }, power) => users.remove(2, false, act, power),
};

/** By what right something is done to somebody: what was looked at before may have changed meanwhile. */
export function powerSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob", "carol");
    await asOwner(ground.store);
    await ground.store.users.setRole(3, "admin", act);
    await beginSession(ground.store, "bob", 2);
  });
  const linesOf = async () => (await ground.store.audit.page({}, null, 100)).length;
  const codeOf = (deed: Promise<unknown>) =>
    deed.then(
      () => "done",
      (error) => error.code ?? error,
    );

  for (const [what, does] of Object.entries(deeds))
    describe(`ASVS 8.3.1 ASVS 15.4.2 ${what} of somebody`, () => {
      const tried = async (power: Power) => {
        const before = [await ground.store.users.byId(2), await linesOf()];
        expect(await codeOf(does(ground.store, power))).toBe("not_allowed");
        expect([await ground.store.users.byId(2), await linesOf()]).toEqual(before);
        expect(await ground.store.sessions.of(2)).toHaveLength(1);
      };

      test("is done by who stands above them", async () => {
        const lines = await linesOf();
        expect(await codeOf(does(ground.store, { by: 3, role: "admin" }))).toBe("done");
        expect(await linesOf()).toBe(lines + 1);
      });

      test("is refused where they have risen meanwhile", async () => {
        await ground.store.users.setRole(2, "admin", act);
        await tried({ by: 3, role: "admin" });
        await ground.store.users.setRole(2, "member", act);
        await ground.store.users.handOver(1, 2, act);
        await tried({ by: 3, role: "admin" });
        await tried({ by: 1, role: "owner" });
      });

      test("is refused where the other has lost the role meanwhile, is locked, or gone", async () => {
        await ground.store.users.setRole(3, "member", act);
        await tried({ by: 3, role: "admin" });
        await ground.store.users.setRole(3, "admin", act);
        await ground.store.users.setStanding(3, "suspended", null, act);
        await tried({ by: 3, role: "admin" });
        await ground.store.users.setStanding(3, "active", null, act);
        await ground.store.users.remove(3);
        await tried({ by: 3, role: "admin" });
        await tried({ by: 99, role: "admin" });
      });
    });

  test("ASVS 8.3.1 what an admin has locked meanwhile, a moderator neither opens nor makes a ban", async () => {
    const { users } = ground.store;
    await users.setRole(3, "moderator", act);
    const power = { by: 3, role: "moderator" } as const;
    expect(await users.setStanding(2, "banned", null, act, power)).toBe(true);
    expect(await users.setStanding(2, "active", null, act, power)).toBe(true);
    await users.setStanding(2, "suspended", null, act);
    for (const standing of ["active", "banned", "suspended"] as const)
      expect(await codeOf(users.setStanding(2, standing, null, act, power))).toBe("not_allowed");
    expect(await users.byId(2)).toMatchObject({ standing: "suspended" });
  });
}
