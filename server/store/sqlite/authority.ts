import { and, inArray, isNotNull } from "drizzle-orm";
import type { AccountStatus } from "../../protocol/roles.ts";
import { type Actor, authorizeOver } from "../authority.ts";
import type { Db } from "./open.ts";
import { users } from "./schema.ts";

/** See `requirePower`; nothing is asked where no power is given. */
export function requireAuthorityOver(
  db: Pick<Db, "select">,
  actor: Actor | undefined,
  over: number,
  status?: AccountStatus,
): void {
  if (!actor) return;
  const rows = db
    .select({ id: users.id, role: users.role, status: users.status })
    .from(users)
    .where(and(inArray(users.id, [actor.by, over]), isNotNull(users.name)))
    .all();
  authorizeOver(actor, over, rows, status);
}
