import { and, inArray, isNotNull } from "drizzle-orm";
import type { Standing } from "../../protocol/roles.ts";
import { type Power, requirePower } from "../kept/power.ts";
import type { Db } from "./open.ts";
import { users } from "./schema.ts";

/** See `requirePower`; nothing is asked where no power is given. */
export function requirePowerOver(
  db: Pick<Db, "select">,
  power: Power | undefined,
  over: number,
  standing?: Standing,
): void {
  if (!power) return;
  const rows = db
    .select({ id: users.id, role: users.role, standing: users.standing })
    .from(users)
    .where(and(inArray(users.id, [power.by, over]), isNotNull(users.name)))
    .all();
  requirePower(power, over, rows, standing);
}
