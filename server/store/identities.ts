import { and, asc, eq } from "drizzle-orm";
import { lockUser } from "./locked-users.ts";
import { type RequiredCredentials, requireCredentials } from "./required-credentials.ts";
import type { Tables } from "./tables.ts";
import {
  done,
  first,
  type NewAuditEntry,
  type Reading,
  rows,
  some,
  statement,
  type Tx,
  transaction,
  type Work,
} from "./transaction.ts";

/** An account at a provider that opens one here. */
export type Identity = Tables["identities"]["$inferSelect"];

export const identities = {
  identities: statement(function* ({ db, t }, userId: number) {
    return yield* rows(
      db
        .select()
        .from(t.identities)
        .where(eq(t.identities.userId, userId))
        .orderBy(asc(t.identities.createdAt), asc(t.identities.issuer)),
    );
  }),

  identity: statement(function* (reading, issuer: string, subject: string) {
    const one = named(reading, issuer, subject);
    return yield* first(reading.db.select().from(reading.t.identities).where(one));
  }),

  /** False when it opens an account already. */
  addIdentity: transaction(function* (tx, identity: Omit<Identity, "lastUsedAt">, entry: NewAuditEntry) {
    if (!(yield* storeIdentity(tx, identity))) return false;
    yield* tx.audit(entry);
    return true;
  }),

  /** Removes those at a provider; false when there is none. */
  removeIdentities: transaction(function* (
    tx,
    userId: number,
    provider: string,
    entry: NewAuditEntry,
    needs: RequiredCredentials = {},
  ) {
    const { db, t } = tx;
    yield* lockUser(tx, userId);
    const own = and(eq(t.identities.userId, userId), eq(t.identities.provider, provider));
    if (!(yield* some(db.delete(t.identities).where(own).returning()))) return false;
    yield* requireCredentials(tx, userId, needs);
    yield* tx.audit(entry);
    return true;
  }),

  usedIdentity: statement(function* (reading, issuer: string, subject: string, at: number) {
    const one = named(reading, issuer, subject);
    yield* done(reading.db.update(reading.t.identities).set({ lastUsedAt: at }).where(one));
  }),
};

/** Stores that an account at a provider opens one here; false when it opens one already. */
export function* storeIdentity(
  { db, t }: Tx,
  identity: Omit<Identity, "lastUsedAt"> & Partial<Pick<Identity, "lastUsedAt">>,
): Work<boolean> {
  return yield* some(db.insert(t.identities).values(identity).onConflictDoNothing().returning());
}

const named = ({ t }: Reading, issuer: string, subject: string) =>
  and(eq(t.identities.issuer, issuer), eq(t.identities.subject, subject));
