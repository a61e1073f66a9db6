import { and, count, eq, lt } from "drizzle-orm";
import type { ChatEvent } from "../protocol/events.ts";
import { identities } from "./identities.ts";
import { lockUser } from "./locked-users.ts";
import { passkeys } from "./passkeys.ts";
import { dropCodesOfNoFactor, replaceCodes } from "./recovery-codes.ts";
import { factorsOf, hasEnded, type RequiredCredentials, requireCredentials } from "./required-credentials.ts";
import { endSessions } from "./sessions.ts";
import {
  done,
  first,
  type NewAuditEntry,
  some,
  statement,
  type Tx,
  transaction,
  type Work,
} from "./transaction.ts";

/** How people show, beside a password, who they are. */
export const factors = {
  ...passkeys,
  ...identities,

  /** The sealed secret of the authenticator app; null without one. */
  totp: statement(function* ({ db, t }, userId: number) {
    const { secret, createdAt } = t.totp;
    return yield* first(db.select({ secret, createdAt }).from(t.totp).where(eq(t.totp.userId, userId)));
  }),

  /**
   * Sets up an authenticator app with new recovery codes (their SHA-256) in place of all others. Where there was an app, the
   * sessions besides `by` end, and their devices get `notice` first. False where the session `by` has ended.
   */
  setTotp: transaction(function* (
    tx,
    userId: number,
    totp: { secret: string; step: number; createdAt: number },
    recovery: readonly Buffer[],
    entry: NewAuditEntry,
    by?: Buffer,
    notice?: ChatEvent,
  ) {
    const { db, t } = tx;
    yield* lockUser(tx, userId);
    if (yield* hasEnded(tx, by)) return false;
    const isReplaced = (yield* factorsOf(tx, userId)).hasCode;
    const values = { secret: totp.secret, lastStep: totp.step, createdAt: totp.createdAt };
    yield* done(
      db
        .insert(t.totp)
        .values({ userId, ...values })
        .onConflictDoUpdate({ target: t.totp.userId, set: values }),
    );
    yield* replaceCodes(tx, userId, recovery);
    tx.emit({ kind: "factors.changed", userId, hasCode: true, hasRecovery: true });
    if (isReplaced && by) yield* endOthers(tx, userId, by, notice);
    yield* tx.audit(entry);
    return true;
  }),

  /**
   * Removes the app, the recovery codes where no passkey is left, and the sessions besides `by`, whose devices get `notice`
   * first; false when there is no app. Refuses what would leave too little; so below.
   */
  removeTotp: transaction(function* (
    tx,
    userId: number,
    entry: NewAuditEntry,
    needs: RequiredCredentials = {},
    by?: Buffer,
    notice?: ChatEvent,
  ) {
    const { db, t } = tx;
    yield* lockUser(tx, userId);
    if (!(yield* some(db.delete(t.totp).where(eq(t.totp.userId, userId)).returning()))) return false;
    yield* requireCredentials(tx, userId, needs);
    const gone = yield* dropCodesOfNoFactor(tx, userId);
    tx.emit({ kind: "factors.changed", userId, hasCode: false, ...gone });
    if (by) yield* endOthers(tx, userId, by, notice);
    yield* tx.audit(entry);
    return true;
  }),

  /** Takes the code of a time step, if it is later than the last that was taken: each is taken once, whoever is first. */
  useStep: statement(function* ({ db, t }, userId: number, step: number) {
    const unused = and(eq(t.totp.userId, userId), lt(t.totp.lastStep, step));
    return yield* some(db.update(t.totp).set({ lastStep: step }).where(unused).returning());
  }),

  recoveryCodes: statement(function* ({ db, t }, userId: number) {
    const own = eq(t.recoveryCodes.userId, userId);
    return (yield* first(db.select({ count: count() }).from(t.recoveryCodes).where(own)))!.count;
  }),

  /** Sets recovery codes in place of all others. False where there is no factor that they could stand in for, or the session `by` has ended. */
  setRecoveryCodes: transaction(function* (
    tx,
    userId: number,
    recovery: readonly Buffer[],
    entry: NewAuditEntry,
    by?: Buffer,
  ) {
    yield* lockUser(tx, userId);
    const { hasCode, hasPasskey } = yield* factorsOf(tx, userId);
    if (!(hasCode || hasPasskey) || (yield* hasEnded(tx, by))) return false;
    yield* replaceCodes(tx, userId, recovery);
    tx.emit({ kind: "factors.changed", userId, hasRecovery: true });
    yield* tx.audit(entry);
    return true;
  }),

  /** Takes a recovery code, once; false when the user has no such code. */
  useRecoveryCode: transaction(function* (tx, userId: number, code: Buffer, entry: NewAuditEntry) {
    const { recoveryCodes } = tx.t;
    const one = and(eq(recoveryCodes.id, code), eq(recoveryCodes.userId, userId));
    if (!(yield* some(tx.db.delete(recoveryCodes).where(one).returning()))) return false;
    yield* tx.audit(entry);
    return true;
  }),
};

/** Ends the other sessions: what they were proven by is gone. */
function* endOthers(tx: Tx, userId: number, by: Buffer, notice: ChatEvent | undefined): Work<void> {
  if (notice) tx.emit({ kind: "user.notified", userId, event: notice });
  yield* endSessions(tx, userId, { but: by });
}
