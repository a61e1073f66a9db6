import { isAbove, may, type Role, type Standing } from "../../protocol/roles.ts";
import { Refusal } from "../../refusal.ts";

/** By what right something is done to somebody: who does it, in which role. */
export interface Power {
  by: number;
  role: Role;
}

/** What the database says of somebody, in the transaction that does it. */
export interface Placed {
  id: number;
  role: Role;
  standing: Standing;
}

/**
 * Refuses as `not_allowed` where who does it is not active any more, or in that role, or does not stand above the other by
 * now: what a node knew when it was asked may be older. A suspension is only for who may suspend, be it given or lifted.
 */
export function requirePower(
  { by, role }: Power,
  over: number,
  rows: readonly Placed[],
  standing?: Standing,
): void {
  const [doer, other] = [by, over].map((id) => rows.find((row) => row.id === id));
  // Of nobody the statement that follows finds nothing.
  if (!other) return;
  const isAsClaimed = doer?.role === role && doer.standing === "active";
  if (!isAsClaimed || !isAbove(role, other.role)) throw new Refusal("not_allowed");
  const touched = standing === undefined ? [] : [standing, other.standing];
  if (touched.includes("suspended") && !may(role, "people.suspend")) throw new Refusal("not_allowed");
}
