import { and, asc, eq } from "drizzle-orm";
import type { Factors } from "../factors.ts";
import { log } from "./audit.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { requireCredentials } from "./required-credentials.ts";
import { identities } from "./schema-access.ts";

type Identities = Pick<
  Factors,
  "identities" | "identity" | "addIdentity" | "removeIdentities" | "usedIdentity"
>;

export function sqliteIdentities(db: Db): Identities {
  const named = (issuer: string, subject: string) =>
    and(eq(identities.issuer, issuer), eq(identities.subject, subject));
  return {
    identities: (userId) =>
      withDbErrors(() =>
        db
          .select()
          .from(identities)
          .where(eq(identities.userId, userId))
          .orderBy(asc(identities.createdAt), asc(identities.issuer))
          .all(),
      ),
    identity: (issuer, subject) =>
      withDbErrors(() => db.select().from(identities).where(named(issuer, subject)).get() ?? null),
    addIdentity: (identity, entry) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          const added = tx.insert(identities).values(identity).onConflictDoNothing().returning().get();
          if (added) log(tx, entry);
          return added !== undefined;
        }),
      ),
    removeIdentities: (userId, provider, entry, needs = {}) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          const own = and(eq(identities.userId, userId), eq(identities.provider, provider));
          if (tx.delete(identities).where(own).returning().all().length === 0) return false;
          requireCredentials(tx, userId, needs);
          log(tx, entry);
          return true;
        }),
      ),
    usedIdentity: (issuer, subject, at) =>
      withDbErrors(
        () => void db.update(identities).set({ lastUsedAt: at }).where(named(issuer, subject)).run(),
      ),
  };
}
