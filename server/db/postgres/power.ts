import type { Standing } from "../../protocol/roles.ts";
import { type Power, requirePower } from "../kept/power.ts";
import { lockPeople } from "./locked-users.ts";
import type { Transaction } from "./open.ts";

/** See `requirePower`; nothing is asked where no power is given. Both keep their roles until the transaction ends. */
export async function requirePowerOver(
  db: Transaction,
  power: Power | undefined,
  over: number,
  standing?: Standing,
): Promise<void> {
  if (power) requirePower(power, over, await lockPeople(db, [power.by, over]), standing);
}
