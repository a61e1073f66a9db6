import { and, asc, eq } from "drizzle-orm";
import type { Factors } from "../kept/factors.ts";
import { log } from "./audit.ts";
import { guarded } from "./guarded.ts";
import { lockUser } from "./locked-users.ts";
import type { Db } from "./open.ts";
import { identities } from "./schema-doors.ts";
import { requireWaysIn } from "./ways-in.ts";

type Identities = Pick<
  Factors,
  "identities" | "identity" | "addIdentity" | "removeIdentities" | "usedIdentity"
>;

export function postgresIdentities(db: Db): Identities {
  const named = (issuer: string, subject: string) =>
    and(eq(identities.issuer, issuer), eq(identities.subject, subject));
  return {
    identities: (userId) =>
      guarded(async () =>
        db.orm
          .select()
          .from(identities)
          .where(eq(identities.userId, userId))
          .orderBy(asc(identities.createdAt), asc(identities.issuer)),
      ),
    identity: (issuer, subject) =>
      guarded(async () => (await db.orm.select().from(identities).where(named(issuer, subject)))[0] ?? null),
    addIdentity: (identity, act) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          const [added] = await tx.insert(identities).values(identity).onConflictDoNothing().returning();
          if (added) await log(tx, act);
          return added !== undefined;
        }),
      ),
    removeIdentities: (userId, provider, act, needs = {}) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          await lockUser(tx, userId);
          const own = and(eq(identities.userId, userId), eq(identities.provider, provider));
          if ((await tx.delete(identities).where(own).returning()).length === 0) return false;
          await requireWaysIn(tx, userId, needs);
          await log(tx, act);
          return true;
        }),
      ),
    usedIdentity: (issuer, subject, at) =>
      guarded(async () => {
        await db.orm.update(identities).set({ lastUsedAt: at }).where(named(issuer, subject));
      }),
  };
}
