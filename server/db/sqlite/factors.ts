import { and, count, eq, lt } from "drizzle-orm";
import type { Factors } from "../kept/factors.ts";
import { log } from "./audit.ts";
import { guarded } from "./guarded.ts";
import { sqliteIdentities } from "./identities.ts";
import type { Db } from "./open.ts";
import { sqlitePasskeys } from "./passkeys.ts";
import { dropCodesOfNoFactor, hasFactor, replaceCodes } from "./recovery-codes.ts";
import { recoveryCodes, totp } from "./schema-doors.ts";
import { hasSession, requireWaysIn } from "./ways-in.ts";

export function sqliteFactors(db: Db): Factors {
  return {
    ...sqlitePasskeys(db),
    ...sqliteIdentities(db),
    totp: (userId) =>
      guarded(
        () =>
          db
            .select({ secret: totp.secret, createdAt: totp.createdAt })
            .from(totp)
            .where(eq(totp.userId, userId))
            .get() ?? null,
      ),
    setTotp: (userId, { secret, step, createdAt }, recovery, act, by) =>
      guarded(() =>
        db.transaction((tx) => {
          if (by && !hasSession(tx, by)) return false;
          const values = { secret, lastStep: step, createdAt };
          tx.insert(totp)
            .values({ userId, ...values })
            .onConflictDoUpdate({ target: totp.userId, set: values })
            .run();
          replaceCodes(tx, userId, recovery);
          log(tx, act);
          return true;
        }),
      ),
    removeTotp: (userId, act, needs = {}) =>
      guarded(() =>
        db.transaction((tx) => {
          const removed = tx.delete(totp).where(eq(totp.userId, userId)).returning().get();
          if (!removed) return false;
          requireWaysIn(tx, userId, needs);
          dropCodesOfNoFactor(tx, userId);
          log(tx, act);
          return true;
        }),
      ),
    useStep: (userId, step) =>
      guarded(() => {
        const unused = and(eq(totp.userId, userId), lt(totp.lastStep, step));
        return db.update(totp).set({ lastStep: step }).where(unused).returning().get() !== undefined;
      }),
    recoveryCodes: (userId) =>
      guarded(
        () =>
          db.select({ count: count() }).from(recoveryCodes).where(eq(recoveryCodes.userId, userId)).get()
            ?.count ?? 0,
      ),
    setRecoveryCodes: (userId, recovery, act, by) =>
      guarded(() =>
        db.transaction((tx) => {
          if (!hasFactor(tx, userId) || (by && !hasSession(tx, by))) return false;
          replaceCodes(tx, userId, recovery);
          log(tx, act);
          return true;
        }),
      ),
    useRecoveryCode: (userId, code, act) =>
      guarded(() =>
        db.transaction((tx) => {
          const one = and(eq(recoveryCodes.id, code), eq(recoveryCodes.userId, userId));
          const used = tx.delete(recoveryCodes).where(one).returning().get();
          if (used) log(tx, act);
          return used !== undefined;
        }),
      ),
  };
}
