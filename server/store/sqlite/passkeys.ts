import { and, asc, count, eq, lt, or } from "drizzle-orm";
import type { Factors, Passkey } from "../factors.ts";
import { log } from "./audit.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { dropCodesOfNoFactor, giveFirstCodes } from "./recovery-codes.ts";
import { hasSession, requireCredentials } from "./required-credentials.ts";
import { passkeys } from "./schema-access.ts";

type Passkeys = Pick<
  Factors,
  "passkeys" | "passkey" | "addPasskey" | "renamePasskey" | "removePasskey" | "usedPasskey"
>;

export function sqlitePasskeys(db: Db): Passkeys {
  const own = (userId: number, id: string) => and(eq(passkeys.id, id), eq(passkeys.userId, userId));
  return {
    passkeys: (userId) =>
      withDbErrors(() =>
        db
          .select()
          .from(passkeys)
          .where(eq(passkeys.userId, userId))
          .orderBy(asc(passkeys.createdAt), asc(passkeys.id))
          .all()
          .map(toPasskey),
      ),
    passkey: (id) =>
      withDbErrors(() => {
        const row = db.select().from(passkeys).where(eq(passkeys.id, id)).get();
        return row ? toPasskey(row) : null;
      }),
    addPasskey: (passkey, recovery, entry, by) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          if (by && !hasSession(tx, by)) return null;
          const row = { ...passkey, transports: JSON.stringify(passkey.transports) };
          const added = tx.insert(passkeys).values(row).onConflictDoNothing().returning().get();
          if (!added) return null;
          log(tx, entry);
          return { hasTakenCodes: giveFirstCodes(tx, passkey.userId, recovery) };
        }),
      ),
    renamePasskey: (userId, id, name) =>
      withDbErrors(
        () => db.update(passkeys).set({ name }).where(own(userId, id)).returning().get() !== undefined,
      ),
    removePasskey: (userId, id, entry, needs = {}) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          const removed = tx.delete(passkeys).where(own(userId, id)).returning().get();
          if (!removed) return null;
          requireCredentials(tx, userId, needs);
          dropCodesOfNoFactor(tx, userId);
          log(tx, entry);
          return tx.select({ left: count() }).from(passkeys).where(eq(passkeys.userId, userId)).get()!;
        }),
      ),
    usedPasskey: (id, counter, at) =>
      withDbErrors(() => {
        const grows = or(eq(passkeys.counter, 0), lt(passkeys.counter, counter));
        const noted = db
          .update(passkeys)
          .set({ counter, lastUsedAt: at })
          .where(and(eq(passkeys.id, id), grows));
        return noted.returning().get() !== undefined;
      }),
  };
}

const toPasskey = (row: typeof passkeys.$inferSelect): Passkey => ({
  ...row,
  transports: JSON.parse(row.transports),
});
