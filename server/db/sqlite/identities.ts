import { and, asc, eq } from "drizzle-orm";
import type { Factors } from "../kept/factors.ts";
import { log } from "./audit.ts";
import { guarded } from "./guarded.ts";
import type { Db } from "./open.ts";
import { identities } from "./schema-doors.ts";
import { requireWaysIn } from "./ways-in.ts";

type Identities = Pick<
  Factors,
  "identities" | "identity" | "addIdentity" | "removeIdentities" | "usedIdentity"
>;

export function sqliteIdentities(db: Db): Identities {
  const named = (issuer: string, subject: string) =>
    and(eq(identities.issuer, issuer), eq(identities.subject, subject));
  return {
    identities: (userId) =>
      guarded(() =>
        db
          .select()
          .from(identities)
          .where(eq(identities.userId, userId))
          .orderBy(asc(identities.createdAt), asc(identities.issuer))
          .all(),
      ),
    identity: (issuer, subject) =>
      guarded(() => db.select().from(identities).where(named(issuer, subject)).get() ?? null),
    addIdentity: (identity, act) =>
      guarded(() =>
        db.transaction((tx) => {
          const added = tx.insert(identities).values(identity).onConflictDoNothing().returning().get();
          if (added) log(tx, act);
          return added !== undefined;
        }),
      ),
    removeIdentities: (userId, provider, act, needs = {}) =>
      guarded(() =>
        db.transaction((tx) => {
          const own = and(eq(identities.userId, userId), eq(identities.provider, provider));
          if (tx.delete(identities).where(own).returning().all().length === 0) return false;
          requireWaysIn(tx, userId, needs);
          log(tx, act);
          return true;
        }),
      ),
    usedIdentity: (issuer, subject, at) =>
      guarded(() => void db.update(identities).set({ lastUsedAt: at }).where(named(issuer, subject)).run()),
  };
}
