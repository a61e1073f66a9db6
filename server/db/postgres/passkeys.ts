import { and, asc, eq } from "drizzle-orm";
import type { Factors, Passkey } from "../kept/factors.ts";
import { log } from "./audit.ts";
import { guarded } from "./guarded.ts";
import type { Db } from "./open.ts";
import { passkeys } from "./schema.ts";

type Passkeys = Pick<
  Factors,
  "passkeys" | "passkey" | "addPasskey" | "renamePasskey" | "removePasskey" | "usedPasskey"
>;

export function postgresPasskeys(db: Db): Passkeys {
  const own = (userId: number, id: string) => and(eq(passkeys.id, id), eq(passkeys.userId, userId));
  return {
    passkeys: (userId) =>
      guarded(async () => {
        const rows = await db.orm
          .select()
          .from(passkeys)
          .where(eq(passkeys.userId, userId))
          .orderBy(asc(passkeys.createdAt), asc(passkeys.id));
        return rows.map(toPasskey);
      }),
    passkey: (id) =>
      guarded(async () => {
        const [row] = await db.orm.select().from(passkeys).where(eq(passkeys.id, id));
        return row ? toPasskey(row) : null;
      }),
    addPasskey: (passkey, act) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          const row = { ...passkey, transports: JSON.stringify(passkey.transports) };
          const [added] = await tx.insert(passkeys).values(row).onConflictDoNothing().returning();
          if (added) await log(tx, act);
          return added !== undefined;
        }),
      ),
    renamePasskey: (userId, id, name) =>
      guarded(
        async () =>
          (await db.orm.update(passkeys).set({ name }).where(own(userId, id)).returning()).length > 0,
      ),
    removePasskey: (userId, id, act) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          const [removed] = await tx.delete(passkeys).where(own(userId, id)).returning();
          if (removed) await log(tx, act);
          return removed !== undefined;
        }),
      ),
    usedPasskey: (id, counter, at) =>
      guarded(async () => {
        await db.orm.update(passkeys).set({ counter, lastUsedAt: at }).where(eq(passkeys.id, id));
      }),
  };
}

const toPasskey = (row: typeof passkeys.$inferSelect): Passkey => ({
  ...row,
  transports: JSON.parse(row.transports),
});
