import { and, count, eq, lt } from "drizzle-orm";
import type { Factors } from "../factors.ts";
import { log } from "./audit.ts";
import { type Author, emit } from "./cluster-events.ts";
import { withDbErrors } from "./db-errors.ts";
import { postgresIdentities } from "./identities.ts";
import { lockUser } from "./locked-users.ts";
import type { Db } from "./open.ts";
import { postgresPasskeys } from "./passkeys.ts";
import { dropCodesOfNoFactor, hasFactor, replaceCodes } from "./recovery-codes.ts";
import { hasSession, requireCredentials } from "./required-credentials.ts";
import { recoveryCodes, totp } from "./schema.ts";

export function postgresFactors(db: Db, author: Author): Factors {
  return {
    ...postgresPasskeys(db, author),
    ...postgresIdentities(db),
    totp: (userId) =>
      withDbErrors(async () => {
        const own = eq(totp.userId, userId);
        const found = db.orm.select({ secret: totp.secret, createdAt: totp.createdAt }).from(totp).where(own);
        return (await found)[0] ?? null;
      }),
    setTotp: (userId, { secret, step, createdAt }, recovery, entry, by) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          await lockUser(tx, userId);
          if (by && !(await hasSession(tx, by))) return false;
          const values = { secret, lastStep: step, createdAt };
          await tx
            .insert(totp)
            .values({ userId, ...values })
            .onConflictDoUpdate({ target: totp.userId, set: values });
          await replaceCodes(tx, userId, recovery);
          await emit(tx, author, { kind: "factors.changed", userId, hasCode: true, hasRecovery: true });
          await log(tx, entry);
          return true;
        }),
      ),
    removeTotp: (userId, entry, needs = {}) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          await lockUser(tx, userId);
          const [removed] = await tx.delete(totp).where(eq(totp.userId, userId)).returning();
          if (!removed) return false;
          await requireCredentials(tx, userId, needs);
          const gone = await dropCodesOfNoFactor(tx, userId);
          await emit(tx, author, { kind: "factors.changed", userId, hasCode: false, ...gone });
          await log(tx, entry);
          return true;
        }),
      ),
    useStep: (userId, step) =>
      withDbErrors(async () => {
        const unused = and(eq(totp.userId, userId), lt(totp.lastStep, step));
        return (await db.orm.update(totp).set({ lastStep: step }).where(unused).returning()).length > 0;
      }),
    recoveryCodes: (userId) =>
      withDbErrors(async () => {
        const own = eq(recoveryCodes.userId, userId);
        const [found] = await db.orm.select({ count: count() }).from(recoveryCodes).where(own);
        return found?.count ?? 0;
      }),
    setRecoveryCodes: (userId, recovery, entry, by) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          await lockUser(tx, userId);
          if (!(await hasFactor(tx, userId)) || (by && !(await hasSession(tx, by)))) return false;
          await replaceCodes(tx, userId, recovery);
          await emit(tx, author, { kind: "factors.changed", userId, hasRecovery: true });
          await log(tx, entry);
          return true;
        }),
      ),
    useRecoveryCode: (userId, code, entry) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          const one = and(eq(recoveryCodes.id, code), eq(recoveryCodes.userId, userId));
          const [used] = await tx.delete(recoveryCodes).where(one).returning();
          if (used) await log(tx, entry);
          return used !== undefined;
        }),
      ),
  };
}
