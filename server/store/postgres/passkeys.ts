import { and, asc, count, eq, lt, or } from "drizzle-orm";
import type { Factors, Passkey } from "../factors.ts";
import { log } from "./audit.ts";
import { type Author, emit } from "./cluster-events.ts";
import { withDbErrors } from "./db-errors.ts";
import { lockUser } from "./locked-users.ts";
import type { Db, Transaction } from "./open.ts";
import { dropCodesOfNoFactor, giveFirstCodes } from "./recovery-codes.ts";
import { hasSession, requireCredentials } from "./required-credentials.ts";
import { passkeys } from "./schema.ts";

type Passkeys = Pick<
  Factors,
  "passkeys" | "passkey" | "addPasskey" | "renamePasskey" | "removePasskey" | "usedPasskey"
>;

export function postgresPasskeys(db: Db, author: Author): Passkeys {
  const own = (userId: number, id: string) => and(eq(passkeys.id, id), eq(passkeys.userId, userId));
  return {
    passkeys: (userId) =>
      withDbErrors(async () => {
        const rows = await db.orm
          .select()
          .from(passkeys)
          .where(eq(passkeys.userId, userId))
          .orderBy(asc(passkeys.createdAt), asc(passkeys.id));
        return rows.map(toPasskey);
      }),
    passkey: (id) =>
      withDbErrors(async () => {
        const [row] = await db.orm.select().from(passkeys).where(eq(passkeys.id, id));
        return row ? toPasskey(row) : null;
      }),
    addPasskey: (passkey, recovery, entry, by) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          const { userId } = passkey;
          await lockUser(tx, userId);
          if (by && !(await hasSession(tx, by))) return null;
          const row = { ...passkey, transports: JSON.stringify(passkey.transports) };
          const [added] = await tx.insert(passkeys).values(row).onConflictDoNothing().returning();
          if (!added) return null;
          const hasTakenCodes = await giveFirstCodes(tx, userId, recovery);
          // Whether they are of now or of before, there are some.
          await emit(tx, author, { kind: "factors.changed", userId, hasPasskey: true, hasRecovery: true });
          await log(tx, entry);
          return { hasTakenCodes };
        }),
      ),
    renamePasskey: (userId, id, name) =>
      withDbErrors(
        async () =>
          (await db.orm.update(passkeys).set({ name }).where(own(userId, id)).returning()).length > 0,
      ),
    removePasskey: (userId, id, entry, needs = {}) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          await lockUser(tx, userId);
          const [removed] = await tx.delete(passkeys).where(own(userId, id)).returning();
          if (!removed) return null;
          await requireCredentials(tx, userId, needs);
          const left = await countOf(tx, userId);
          const gone = await dropCodesOfNoFactor(tx, userId);
          await emit(tx, author, { kind: "factors.changed", userId, hasPasskey: left > 0, ...gone });
          await log(tx, entry);
          return { left };
        }),
      ),
    usedPasskey: (id, counter, at) =>
      withDbErrors(async () => {
        const grows = or(eq(passkeys.counter, 0), lt(passkeys.counter, counter));
        const noted = db.orm
          .update(passkeys)
          .set({ counter, lastUsedAt: at })
          .where(and(eq(passkeys.id, id), grows));
        return (await noted.returning()).length > 0;
      }),
  };
}

async function countOf(db: Transaction, userId: number): Promise<number> {
  const [own] = await db.select({ count: count() }).from(passkeys).where(eq(passkeys.userId, userId));
  return own!.count;
}

const toPasskey = (row: typeof passkeys.$inferSelect): Passkey => ({
  ...row,
  transports: JSON.parse(row.transports),
});
