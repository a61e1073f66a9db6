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
    removeIdentity: (userId, issuer, subject, act) =>
      guarded(() =>
        db.transaction((tx) => {
          const own = and(named(issuer, subject), eq(identities.userId, userId));
          const removed = tx.delete(identities).where(own).returning().get();
          if (removed) log(tx, act);
          return removed !== undefined;
        }),
      ),
    usedIdentity: (issuer, subject, at) =>
      guarded(() => void db.update(identities).set({ lastUsedAt: at }).where(named(issuer, subject)).run()),
  };
}
