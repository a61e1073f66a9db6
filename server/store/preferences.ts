import { and, eq, isNotNull } from "drizzle-orm";
import { type PreferencesChange, preferencesIn } from "../protocol/preferences.ts";
import { done, first, statement, transaction } from "./transaction.ts";

/** What people have chosen for themselves. */
export const preferences = {
  /** Those of a user; the defaults where nothing was chosen. */
  of: statement(function* ({ db, t: { users } }, userId: number) {
    const row = yield* first(
      db.select({ stored: users.preferences }).from(users).where(eq(users.id, userId)),
    );
    return preferencesIn(JSON.parse(row?.stored ?? "{}"));
  }),

  /**
   * Changes some of them; gives them all, or null where the account is gone. What else is stored stays, also what only a newer
   * version knows. All devices of the user hear of it.
   */
  change: transaction(function* (
    { db, t: { users }, locking, emit },
    userId: number,
    change: PreferencesChange,
  ) {
    const own = and(eq(users.id, userId), isNotNull(users.name));
    const row = yield* first(locking(db.select({ stored: users.preferences }).from(users).where(own)));
    if (row === null) return null;
    const stored = { ...JSON.parse(row.stored), ...change };
    const values = { preferences: JSON.stringify(stored) };
    yield* done(db.update(users).set(values).where(own));
    const preferences = preferencesIn(stored);
    emit({ kind: "user.notified", userId, event: { type: "preferences.changed", preferences } });
    return preferences;
  }),
};
