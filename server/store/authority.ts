import { type AccountStatus, isAbove, may, type Role } from "../protocol/roles.ts";
import { Refusal } from "../refusal.ts";
import { lockPeople } from "./locked-users.ts";
import type { Tx, Work } from "./transaction.ts";

/** By what right something is done to somebody: who does it, in which role. */
export interface Actor {
  by: number;
  role: Role;
}

/** Asks `authorizeOver` of what the database says; nothing where no actor is given. Both keep their roles until the transaction ends. */
export function* requireAuthorityOver(
  tx: Tx,
  actor: Actor | undefined,
  over: number,
  status?: AccountStatus,
): Work<void> {
  if (actor) authorizeOver(actor, over, yield* lockPeople(tx, [actor.by, over]), status);
}

/** What the database says of somebody, in the transaction that does it. */
export interface AccountRow {
  id: number;
  role: Role;
  status: AccountStatus;
}

/**
 * Refuses as `not_allowed` where who does it is not active any more, or in that role, or does not stand above the other by
 * now: what a node knew when it was asked may be older. A suspension is only for who may suspend, be it given or lifted.
 */
export function authorizeOver(
  { by, role }: Actor,
  over: number,
  rows: readonly AccountRow[],
  status?: AccountStatus,
): void {
  const [doer, other] = [by, over].map((id) => rows.find((row) => row.id === id));
  // Of nobody the statement that follows finds nothing.
  if (!other) return;
  const isAsClaimed = doer?.role === role && doer.status === "active";
  if (!isAsClaimed || !isAbove(role, other.role)) throw new Refusal("not_allowed");
  const touched = status === undefined ? [] : [status, other.status];
  if (touched.includes("suspended") && !may(role, "people.suspend")) throw new Refusal("not_allowed");
}
