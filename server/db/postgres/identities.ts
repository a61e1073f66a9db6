import { and, asc, eq } from "drizzle-orm";
import type { Factors } from "../kept/factors.ts";
import { log } from "./audit.ts";
import { guarded } from "./guarded.ts";
import type { Db } from "./open.ts";
import { identities } from "./schema-doors.ts";

type Identities = Pick<
  Factors,
  "identities" | "identity" | "addIdentity" | "removeIdentity" | "usedIdentity"
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
    removeIdentity: (userId, issuer, subject, act) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          const own = and(named(issuer, subject), eq(identities.userId, userId));
          const [removed] = await tx.delete(identities).where(own).returning();
          if (removed) await log(tx, act);
          return removed !== undefined;
        }),
      ),
    usedIdentity: (issuer, subject, at) =>
      guarded(async () => {
        await db.orm.update(identities).set({ lastUsedAt: at }).where(named(issuer, subject));
      }),
  };
}
