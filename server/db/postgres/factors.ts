import { and, count, eq, lt } from "drizzle-orm";
import type { Factors } from "../kept/factors.ts";
import { log } from "./audit.ts";
import { guarded } from "./guarded.ts";
import { postgresIdentities } from "./identities.ts";
import { lockUser } from "./locked-users.ts";
import { type Author, tell } from "./notices.ts";
import type { Db } from "./open.ts";
import { postgresPasskeys } from "./passkeys.ts";
import { dropCodesOfNoFactor, hasFactor, replaceCodes } from "./recovery-codes.ts";
import { recoveryCodes, totp } from "./schema-doors.ts";
import { hasSession, requireWaysIn } from "./ways-in.ts";

export function postgresFactors(db: Db, author: Author): Factors {
  return {
    ...postgresPasskeys(db, author),
    ...postgresIdentities(db),
    totp: (userId) =>
      guarded(async () => {
        const own = eq(totp.userId, userId);
        const found = db.orm.select({ secret: totp.secret, createdAt: totp.createdAt }).from(totp).where(own);
        return (await found)[0] ?? null;
      }),
    setTotp: (userId, { secret, step, createdAt }, recovery, act, by) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          await lockUser(tx, userId);
          if (by && !(await hasSession(tx, by))) return false;
          const values = { secret, lastStep: step, createdAt };
          await tx
            .insert(totp)
            .values({ userId, ...values })
            .onConflictDoUpdate({ target: totp.userId, set: values });
          await replaceCodes(tx, userId, recovery);
          await tell(tx, author, { kind: "factors.changed", userId, hasCode: true, hasRecovery: true });
          await log(tx, act);
          return true;
        }),
      ),
    removeTotp: (userId, act, needs = {}) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          await lockUser(tx, userId);
          const [removed] = await tx.delete(totp).where(eq(totp.userId, userId)).returning();
          if (!removed) return false;
          await requireWaysIn(tx, userId, needs);
          const gone = await dropCodesOfNoFactor(tx, userId);
          await tell(tx, author, { kind: "factors.changed", userId, hasCode: false, ...gone });
          await log(tx, act);
          return true;
        }),
      ),
    useStep: (userId, step) =>
      guarded(async () => {
        const unused = and(eq(totp.userId, userId), lt(totp.lastStep, step));
        return (await db.orm.update(totp).set({ lastStep: step }).where(unused).returning()).length > 0;
      }),
    recoveryCodes: (userId) =>
      guarded(async () => {
        const own = eq(recoveryCodes.userId, userId);
        const [found] = await db.orm.select({ count: count() }).from(recoveryCodes).where(own);
        return found?.count ?? 0;
      }),
    setRecoveryCodes: (userId, recovery, act, by) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          await lockUser(tx, userId);
          if (!(await hasFactor(tx, userId)) || (by && !(await hasSession(tx, by)))) return false;
          await replaceCodes(tx, userId, recovery);
          await tell(tx, author, { kind: "factors.changed", userId, hasRecovery: true });
          await log(tx, act);
          return true;
        }),
      ),
    useRecoveryCode: (userId, code, act) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          const one = and(eq(recoveryCodes.id, code), eq(recoveryCodes.userId, userId));
          const [used] = await tx.delete(recoveryCodes).where(one).returning();
          if (used) await log(tx, act);
          return used !== undefined;
        }),
      ),
  };
}
