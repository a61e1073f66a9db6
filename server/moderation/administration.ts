import type { People } from "../accounts/directory.ts";
import { absoluteMs, idleMs } from "../auth/sessions.ts";
import { spend } from "../limits/rate-limit.ts";
import type { Allowance } from "../limits/token-buckets.ts";
import type { Deletion } from "../protocol/account.ts";
import type { PersonInfo, RoleChange } from "../protocol/people.ts";
import { isAbove, may } from "../protocol/roles.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { System } from "../system.ts";
import { actorOf, type ModerationAction, requireAbove } from "./actions.ts";
import type { MakeAuditEntry } from "./audit-entry.ts";

export interface AdministrationDeps {
  users: Store["users"];
  sessions: Store["sessions"];
  people: People;
  /** See the moderation, which shares it. */
  moderationRate: Allowance;
  auditEntry: MakeAuditEntry;
  system: System;
  /** Clears away what a deleted account leaves. */
  erase(): void;
}

export type Administration = ReturnType<typeof administration>;

/** What admins do with other people's accounts. Each is only for who stands above them: `not_allowed` otherwise. */
export function administration(deps: AdministrationDeps) {
  const { users, sessions, people, moderationRate, auditEntry, system } = deps;

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
    async setRole({ by, to, address }: ModerationAction, { role }: RoleChange): Promise<void> {
      requireAbove(people, by, to);
      spend(moderationRate, by.userId);
      if (!isAbove(by.role, role)) throw new Refusal("not_allowed");
      const detail = { from: people.roleOf(to), to: role };
      const entry = auditEntry("person.role changed", { by: by.userId, to, address, detail });
      if (!(await users.setRole(to, role, entry, actorOf(by)))) throw new Refusal("unknown_person");
    },

    /** Makes somebody else the owner; oneself becomes an admin. */
    async handOver({ by, to, address }: ModerationAction): Promise<void> {
      requireAbove(people, by, to);
      spend(moderationRate, by.userId);
      const entry = auditEntry("house.handed over", { by: by.userId, to, address });
      if (!(await users.handOver(by.userId, to, entry))) throw new Refusal("unknown_person");
    },

    /** Ends all sessions of somebody. */
    async endSessions({ by, to, address }: ModerationAction): Promise<void> {
      requireAbove(people, by, to);
      spend(moderationRate, by.userId);
      const entry = auditEntry("person.sessions ended", { by: by.userId, to, address });
      await sessions.removeOthers(to, null, entry, actorOf(by));
    },

    /** Deletes somebody's account, with their messages or without. */
    async remove({ by, to, address }: ModerationAction, { messages }: Deletion): Promise<void> {
      requireAbove(people, by, to);
      spend(moderationRate, by.userId);
      const entry = auditEntry("person.deleted", { by: by.userId, to, address, detail: { messages } });
      await users.remove(to, messages === "remove", entry, actorOf(by));
      deps.erase();
    },
  };
}
