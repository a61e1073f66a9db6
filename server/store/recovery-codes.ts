import { eq } from "drizzle-orm";
import { factorsOf } from "./required-credentials.ts";
import { done, first, type Tx, type Work } from "./transaction.ts";

/** Gives an account these recovery codes in place of all others, and notes that it has some. Its row is locked before; so below. */
export function* replaceCodes({ db, t }: Tx, userId: number, codes: readonly Buffer[]): Work<void> {
  yield* done(db.delete(t.recoveryCodes).where(eq(t.recoveryCodes.userId, userId)));
  if (codes.length > 0) yield* done(db.insert(t.recoveryCodes).values(codes.map((id) => ({ id, userId }))));
  const hasRecovery = codes.length > 0 ? 1 : 0;
  yield* done(db.update(t.users).set({ hasRecovery }).where(eq(t.users.id, userId)));
}

/** Takes the recovery codes of an account away once there is no factor that they could stand in for; gives what has changed by that. */
export function* dropCodesOfNoFactor(tx: Tx, userId: number): Work<{ hasRecovery?: false }> {
  const { hasCode, hasPasskey } = yield* factorsOf(tx, userId);
  if (hasCode || hasPasskey) return {};
  yield* replaceCodes(tx, userId, []);
  return { hasRecovery: false };
}

/** Gives an account these recovery codes where it was never given any; whether it was. */
export function* giveFirstCodes(tx: Tx, userId: number, codes: readonly Buffer[]): Work<boolean> {
  const { users } = tx.t;
  const user = yield* first(tx.db.select({ has: users.hasRecovery }).from(users).where(eq(users.id, userId)));
  if (user?.has !== 0) return false;
  yield* replaceCodes(tx, userId, codes);
  return true;
}
