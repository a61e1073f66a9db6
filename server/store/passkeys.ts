import { and, asc, count, eq, lt, or } from "drizzle-orm";
import { lockUser } from "./locked-users.ts";
import { dropCodesOfNoFactor, giveFirstCodes } from "./recovery-codes.ts";
import { hasEnded, type RequiredCredentials, requireCredentials } from "./required-credentials.ts";
import type { Tables } from "./tables.ts";
import {
  first,
  type NewAuditEntry,
  type Reading,
  rows,
  some,
  statement,
  transaction,
} from "./transaction.ts";

type Row = Tables["passkeys"]["$inferSelect"];
export type Passkey = Omit<Row, "transports"> & { transports: string[] };

export const passkeys = {
  passkeys: statement(function* ({ db, t }, userId: number) {
    const found = yield* rows(
      db
        .select()
        .from(t.passkeys)
        .where(eq(t.passkeys.userId, userId))
        .orderBy(asc(t.passkeys.createdAt), asc(t.passkeys.id)),
    );
    return found.map(toPasskey);
  }),

  passkey: statement(function* ({ db, t }, id: string) {
    const row = yield* first(db.select().from(t.passkeys).where(eq(t.passkeys.id, id)));
    return row && toPasskey(row);
  }),

  /**
   * Adds a passkey, and with it these recovery codes where the account was never given any; says whether it took them. Null
   * when there is one of this id; with the session `by`, when that has ended.
   */
  addPasskey: transaction(function* (
    tx,
    passkey: Omit<Passkey, "lastUsedAt">,
    recovery: readonly Buffer[],
    entry: NewAuditEntry,
    by?: Buffer,
  ) {
    const { db, t } = tx;
    const { userId } = passkey;
    yield* lockUser(tx, userId);
    if (yield* hasEnded(tx, by)) return null;
    const row = { ...passkey, transports: JSON.stringify(passkey.transports) };
    if (!(yield* some(db.insert(t.passkeys).values(row).onConflictDoNothing().returning()))) return null;
    const hasTakenCodes = yield* giveFirstCodes(tx, userId, recovery);
    // Whether they are of now or of before, there are some.
    tx.emit({ kind: "factors.changed", userId, hasPasskey: true, hasRecovery: true });
    yield* tx.audit(entry);
    return { hasTakenCodes };
  }),

  /** False when the user has no such passkey. */
  renamePasskey: statement(function* (reading, userId: number, id: string, name: string) {
    const one = own(reading, userId, id);
    return yield* some(reading.db.update(reading.t.passkeys).set({ name }).where(one).returning());
  }),

  /** Gives how many are left; null when the user has no such passkey. The last factor takes the recovery codes along. */
  removePasskey: transaction(function* (
    tx,
    userId: number,
    id: string,
    entry: NewAuditEntry,
    needs: RequiredCredentials = {},
  ) {
    const { db, t } = tx;
    yield* lockUser(tx, userId);
    const one = own(tx, userId, id);
    if (!(yield* some(db.delete(t.passkeys).where(one).returning()))) return null;
    yield* requireCredentials(tx, userId, needs);
    const others = db.select({ left: count() }).from(t.passkeys).where(eq(t.passkeys.userId, userId));
    const { left } = (yield* first(others))!;
    const gone = yield* dropCodesOfNoFactor(tx, userId);
    tx.emit({ kind: "factors.changed", userId, hasPasskey: left > 0, ...gone });
    yield* tx.audit(entry);
    return { left };
  }),

  /** Notes a use and its counter; false where the passkey is gone, or was used meanwhile with no lower counter, which counts. */
  usedPasskey: statement(function* ({ db, t: { passkeys } }, id: string, counter: number, at: number) {
    const grows = and(eq(passkeys.id, id), or(eq(passkeys.counter, 0), lt(passkeys.counter, counter)));
    const used = { counter, lastUsedAt: at };
    return yield* some(db.update(passkeys).set(used).where(grows).returning());
  }),
};

const own = ({ t }: Reading, userId: number, id: string) =>
  and(eq(t.passkeys.id, id), eq(t.passkeys.userId, userId));

const toPasskey = (row: Row): Passkey => ({
  ...row,
  transports: JSON.parse(row.transports),
});
