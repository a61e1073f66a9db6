import { eq } from "drizzle-orm";
import type { Transaction } from "./open.ts";
import { passkeys, recoveryCodes, totp, users } from "./schema.ts";

/** Gives an account these recovery codes in place of all others, and notes that it has some. Its row is locked before; so below. */
export async function replaceCodes(db: Transaction, userId: number, codes: readonly Buffer[]): Promise<void> {
  await db.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  if (codes.length > 0) await db.insert(recoveryCodes).values(codes.map((id) => ({ id, userId })));
  const hasRecovery = codes.length > 0 ? 1 : 0;
  await db.update(users).set({ hasRecovery }).where(eq(users.id, userId));
}

/** Whether an account has an app or a passkey, which recovery codes can stand in for. */
export async function hasFactor(db: Transaction, userId: number): Promise<boolean> {
  for (const table of [totp, passkeys]) {
    const own = eq(table.userId, userId);
    if ((await db.select({ of: table.userId }).from(table).where(own).limit(1)).length > 0) return true;
  }
  return false;
}

/** Takes the recovery codes of an account away once there is nothing that they could stand in for; says what other nodes have to hear. */
export async function dropCodesOfNoFactor(db: Transaction, userId: number): Promise<{ hasRecovery?: false }> {
  if (await hasFactor(db, userId)) return {};
  await replaceCodes(db, userId, []);
  return { hasRecovery: false };
}

/** Gives an account these recovery codes where it was never given any; whether it was. */
export async function giveFirstCodes(
  db: Transaction,
  userId: number,
  codes: readonly Buffer[],
): Promise<boolean> {
  const [user] = await db.select({ has: users.hasRecovery }).from(users).where(eq(users.id, userId));
  if (user?.has !== 0) return false;
  await replaceCodes(db, userId, codes);
  return true;
}
