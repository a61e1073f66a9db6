import type { Broker } from "../broker/broker.ts";
import { groupTopic } from "../broker/topics.ts";
import type { Session } from "../db/kept/sessions.ts";
import type { Store } from "../db/store.ts";
import type { Deletion } from "../protocol/account.ts";
import type { PersonInfo, RoleChange } from "../protocol/people.ts";
import { toPerson } from "../protocol/person.ts";
import { isAbove, may, type Role } from "../protocol/roles.ts";
import { spend } from "../rate-limit.ts";
import { Refusal } from "../refusal.ts";
import type { System } from "../system.ts";
import type { Allowance } from "../token-buckets.ts";
import type { MakeAct } from "./act.ts";
import { type Deed, powerOf, requireAbove } from "./moderation.ts";
import type { People } from "./people.ts";
import { absoluteMs, idleMs } from "./sessions.ts";

export interface AdministrationDeps {
  users: Store["users"];
  sessions: Store["sessions"];
  people: People;
  /** See the moderation, which shares it. */
  deedRate: Allowance;
  act: MakeAct;
  broker: Broker;
  system: System;
  /** Clears away what a deleted account leaves. */
  erase(): void;
}

export type Administration = ReturnType<typeof administration>;

/** What admins do with other people's accounts. Each is only for who stands above them: `not_allowed` otherwise. */
export function administration(deps: AdministrationDeps) {
  const { users, sessions, people, deedRate, act, broker, system } = deps;

  function become(id: number, role: Role) {
    const name = people.nameOf(id);
    if (name === null) return;
    const standing = people.isBarred(id) ? "banned" : "active";
    const person = toPerson({ id, name, role, standing });
    people.change(person);
    broker.publish(groupTopic, [{ type: "person.changed", person }]);
  }

  return {
    /** Everyone who has an account; moderators see what they need to moderate. */
    async overview({ role }: Session): Promise<PersonInfo[]> {
      const now = system.now();
      const everyone = await users.overview(now - idleMs, now - absoluteMs);
      const isAdmin = may(role, "people.role");
      return everyone.map(({ hasCode, hasPasskey, hasRecovery, ...person }) => ({
        ...person,
        lastSignInAt: isAdmin ? person.lastSignInAt : null,
        sessions: isAdmin ? person.sessions : null,
        hasSecondFactor: isAdmin ? hasCode || hasPasskey : null,
      }));
    },

    /** Gives somebody another role, which like their former one is below one's own. */
    async setRole({ by, to, address }: Deed, { role }: RoleChange): Promise<void> {
      requireAbove(people, by, to);
      spend(deedRate, by.userId);
      if (!isAbove(by.role, role)) throw new Refusal("not_allowed");
      const detail = { from: people.roleOf(to), to: role };
      const told = act("person.role changed", { by: by.userId, to, address, detail });
      if (!(await users.setRole(to, role, told, powerOf(by)))) throw new Refusal("unknown_person");
      become(to, role);
    },

    /** Makes somebody else the owner; oneself becomes an admin. */
    async handOver({ by, to, address }: Deed): Promise<void> {
      requireAbove(people, by, to);
      spend(deedRate, by.userId);
      const told = act("house.handed over", { by: by.userId, to, address });
      if (!(await users.handOver(by.userId, to, told))) throw new Refusal("unknown_person");
      become(by.userId, "admin");
      become(to, "owner");
    },

    /** Ends all sessions of somebody. Closing their sockets is the caller's part, here and below. */
    async endSessions({ by, to, address }: Deed): Promise<void> {
      requireAbove(people, by, to);
      spend(deedRate, by.userId);
      const told = act("person.sessions ended", { by: by.userId, to, address });
      await sessions.removeOthers(to, null, told, powerOf(by));
    },

    /** Deletes somebody's account, with their messages or without. */
    async remove({ by, to, address }: Deed, { messages }: Deletion): Promise<void> {
      requireAbove(people, by, to);
      spend(deedRate, by.userId);
      const told = act("person.deleted", { by: by.userId, to, address, detail: { messages } });
      await users.remove(to, messages === "remove", told, powerOf(by));
      broker.publish(groupTopic, [{ type: "person.deleted", id: to }]);
      people.forget(to);
      deps.erase();
    },
  };
}
