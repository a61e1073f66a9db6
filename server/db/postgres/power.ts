import { and, inArray, isNotNull } from "drizzle-orm";
import type { Standing } from "../../protocol/roles.ts";
import { type Power, requirePower } from "../kept/power.ts";
import type { Transaction } from "./open.ts";
import { users } from "./schema.ts";

/** See `requirePower`; nothing is asked where no power is given. Both keep their roles until the transaction ends. */
export async function requirePowerOver(
  db: Transaction,
  power: Power | undefined,
  over: number,
  standing?: Standing,
): Promise<void> {
  if (power) requirePower(power, over, await lockPeople(db, [power.by, over]), standing);
}

/** Those of these who have an account, whom nobody else changes until the transaction ends: by id, so that nobody waits in a circle. */
export const lockPeople = (db: Transaction, ids: number[]) =>
  db
    .select({ id: users.id, role: users.role, standing: users.standing })
    .from(users)
    .where(and(inArray(users.id, ids), isNotNull(users.name)))
    .orderBy(users.id)
    .for("update");
