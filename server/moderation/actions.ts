import type { People } from "../accounts/directory.ts";
import { spend } from "../limits/rate-limit.ts";
import type { Allowance } from "../limits/token-buckets.ts";
import type { Muting, StatusChange } from "../protocol/people.ts";
import { isAbove } from "../protocol/roles.ts";
import { Refusal } from "../refusal.ts";
import type { Actor } from "../store/authority.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { System } from "../system.ts";
import type { MakeAuditEntry } from "./audit-entry.ts";

export interface ModerationDeps {
  users: Store["users"];
  people: People;
  /** Bounds how much somebody does to others, here and in the administration: all of it is logged. */
  moderationRate: Allowance;
  auditEntry: MakeAuditEntry;
  system: System;
}

export type Moderation = ReturnType<typeof moderation>;

/** Who does something to somebody, from which network address. */
export interface ModerationAction {
  by: Session;
  /** The id of whom it is done to. */
  to: number;
  address: string;
}

const events = { suspended: "person.suspended", banned: "person.banned", active: "person.restored" } as const;

/** What is done to people who disturb. Each is only for who stands above them, and refuses as `not_allowed` otherwise. */
export function moderation({ users, people, moderationRate, auditEntry, system }: ModerationDeps) {
  return {
    /** Keeps somebody from writing for a time, or ends that. */
    async mute({ by, to, address }: ModerationAction, { minutes, reason }: Muting): Promise<void> {
      requireAbove(people, by, to);
      spend(moderationRate, by.userId);
      const until = minutes === 0 ? null : system.now() + minutes * 60_000;
      const event = until === null ? "person.unmuted" : "person.muted";
      const entry = auditEntry(event, { by: by.userId, to, address, detail: { minutes, reason } });
      if (!(await users.mute(to, until, entry, actorOf(by)))) throw new Refusal("unknown_person");
    },

    /**
     * Locks an account, or opens it again. A ban is a moderator's, a suspension an admin's, and what an admin has locked a
     * moderator does not open. All sessions end with it.
     */
    async setStatus({ by, to, address }: ModerationAction, { status, reason }: StatusChange): Promise<void> {
      requireAbove(people, by, to);
      spend(moderationRate, by.userId);
      const entry = auditEntry(events[status], { by: by.userId, to, address, detail: { reason } });
      const why = status === "active" || reason === "" ? null : reason;
      const isDone = await users.setStatus(to, status, why, entry, actorOf(by));
      if (!isDone) throw new Refusal("unknown_person");
    },
  };
}

/** By what right the one of a session does something to somebody: the store looks whether it still holds when it is done. */
export const actorOf = ({ userId, role }: Session): Actor => ({ by: userId, role });

/** Refuses what is done to nobody, to oneself, or to somebody of one's own role or a higher one, by what this node knows. */
export function requireAbove(people: People, by: Session, to: number): void {
  if (people.nameOf(to) === null) throw new Refusal("unknown_person");
  if (!isAbove(by.role, people.roleOf(to))) throw new Refusal("not_allowed");
}
