import { and, count, eq, lt } from "drizzle-orm";
import type { Factors } from "../factors.ts";
import { log } from "./audit.ts";
import { withDbErrors } from "./db-errors.ts";
import { sqliteIdentities } from "./identities.ts";
import type { Db } from "./open.ts";
import { sqlitePasskeys } from "./passkeys.ts";
import { dropCodesOfNoFactor, hasFactor, replaceCodes } from "./recovery-codes.ts";
import { hasSession, requireCredentials } from "./required-credentials.ts";
import { recoveryCodes, totp } from "./schema-access.ts";

export function sqliteFactors(db: Db): Factors {
  return {
    ...sqlitePasskeys(db),
    ...sqliteIdentities(db),
    totp: (userId) =>
      withDbErrors(
        () =>
          db
            .select({ secret: totp.secret, createdAt: totp.createdAt })
            .from(totp)
            .where(eq(totp.userId, userId))
            .get() ?? null,
      ),
    setTotp: (userId, { secret, step, createdAt }, recovery, entry, by) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          if (by && !hasSession(tx, by)) return false;
          const values = { secret, lastStep: step, createdAt };
          tx.insert(totp)
            .values({ userId, ...values })
            .onConflictDoUpdate({ target: totp.userId, set: values })
            .run();
          replaceCodes(tx, userId, recovery);
          log(tx, entry);
          return true;
        }),
      ),
    removeTotp: (userId, entry, needs = {}) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          const removed = tx.delete(totp).where(eq(totp.userId, userId)).returning().get();
          if (!removed) return false;
          requireCredentials(tx, userId, needs);
          dropCodesOfNoFactor(tx, userId);
          log(tx, entry);
          return true;
        }),
      ),
    useStep: (userId, step) =>
      withDbErrors(() => {
        const unused = and(eq(totp.userId, userId), lt(totp.lastStep, step));
        return db.update(totp).set({ lastStep: step }).where(unused).returning().get() !== undefined;
      }),
    recoveryCodes: (userId) =>
      withDbErrors(
        () =>
          db.select({ count: count() }).from(recoveryCodes).where(eq(recoveryCodes.userId, userId)).get()
            ?.count ?? 0,
      ),
    setRecoveryCodes: (userId, recovery, entry, by) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          if (!hasFactor(tx, userId) || (by && !hasSession(tx, by))) return false;
          replaceCodes(tx, userId, recovery);
          log(tx, entry);
          return true;
        }),
      ),
    useRecoveryCode: (userId, code, entry) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          const one = and(eq(recoveryCodes.id, code), eq(recoveryCodes.userId, userId));
          const used = tx.delete(recoveryCodes).where(one).returning().get();
          if (used) log(tx, entry);
          return used !== undefined;
        }),
      ),
  };
}
