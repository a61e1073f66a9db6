import type { AccountStatus } from "../../protocol/roles.ts";
import { type Actor, authorizeOver } from "../authority.ts";
import { lockPeople } from "./locked-users.ts";
import type { Transaction } from "./open.ts";

/** See `requirePower`; nothing is asked where no power is given. Both keep their roles until the transaction ends. */
export async function requireAuthorityOver(
  db: Transaction,
  actor: Actor | undefined,
  over: number,
  status?: AccountStatus,
): Promise<void> {
  if (actor) authorizeOver(actor, over, await lockPeople(db, [actor.by, over]), status);
}
