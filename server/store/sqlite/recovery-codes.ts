import { eq } from "drizzle-orm";
import type { Writer } from "./audit.ts";
import { users } from "./schema.ts";
import { passkeys, recoveryCodes, totp } from "./schema-access.ts";

/** Gives an account these recovery codes in place of all others, and notes that it has some. */
export function replaceCodes(db: Writer, userId: number, codes: readonly Buffer[]): void {
  db.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId)).run();
  for (const id of codes) db.insert(recoveryCodes).values({ id, userId }).run();
  const hasRecovery = codes.length > 0 ? 1 : 0;
  db.update(users).set({ hasRecovery }).where(eq(users.id, userId)).run();
}

/** Whether an account has an app or a passkey, which recovery codes can stand in for. */
export const hasFactor = (db: Writer, userId: number): boolean =>
  [totp, passkeys].some(
    (table) =>
      db.select({ of: table.userId }).from(table).where(eq(table.userId, userId)).get() !== undefined,
  );

/** Takes the recovery codes of an account away once there is nothing that they could stand in for. */
export function dropCodesOfNoFactor(db: Writer, userId: number): void {
  if (!hasFactor(db, userId)) replaceCodes(db, userId, []);
}

/** Gives an account these recovery codes where it was never given any; whether it was. */
export function giveFirstCodes(db: Writer, userId: number, codes: readonly Buffer[]): boolean {
  const user = db.select({ has: users.hasRecovery }).from(users).where(eq(users.id, userId)).get();
  if (user?.has !== 0) return false;
  replaceCodes(db, userId, codes);
  return true;
}
