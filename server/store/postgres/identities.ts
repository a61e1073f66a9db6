import { and, asc, eq } from "drizzle-orm";
import type { Factors } from "../factors.ts";
import { log } from "./audit.ts";
import { withDbErrors } from "./db-errors.ts";
import { lockUser } from "./locked-users.ts";
import type { Db } from "./open.ts";
import { requireCredentials } from "./required-credentials.ts";
import { identities } from "./schema.ts";

type Identities = Pick<
  Factors,
  "identities" | "identity" | "addIdentity" | "removeIdentities" | "usedIdentity"
>;

export function postgresIdentities(db: Db): Identities {
  const named = (issuer: string, subject: string) =>
    and(eq(identities.issuer, issuer), eq(identities.subject, subject));
  return {
    identities: (userId) =>
      withDbErrors(async () =>
        db.orm
          .select()
          .from(identities)
          .where(eq(identities.userId, userId))
          .orderBy(asc(identities.createdAt), asc(identities.issuer)),
      ),
    identity: (issuer, subject) =>
      withDbErrors(
        async () => (await db.orm.select().from(identities).where(named(issuer, subject)))[0] ?? null,
      ),
    addIdentity: (identity, entry) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          const [added] = await tx.insert(identities).values(identity).onConflictDoNothing().returning();
          if (added) await log(tx, entry);
          return added !== undefined;
        }),
      ),
    removeIdentities: (userId, provider, entry, needs = {}) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          await lockUser(tx, userId);
          const own = and(eq(identities.userId, userId), eq(identities.provider, provider));
          if ((await tx.delete(identities).where(own).returning()).length === 0) return false;
          await requireCredentials(tx, userId, needs);
          await log(tx, entry);
          return true;
        }),
      ),
    usedIdentity: (issuer, subject, at) =>
      withDbErrors(async () => {
        await db.orm.update(identities).set({ lastUsedAt: at }).where(named(issuer, subject));
      }),
  };
}
