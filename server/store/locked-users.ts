import { and, eq, inArray, isNotNull } from "drizzle-orm";
import { done, rows, type Tx, type Work } from "./transaction.ts";

/** Waits for whatever is just being added to an account or removed from it, so that the next statement sees what is left. */
export function* lockUser({ db, t, locking }: Tx, userId: number): Work<void> {
  yield* done(locking(db.select({ id: t.users.id }).from(t.users).where(eq(t.users.id, userId))));
}

/**
 * Those of these who have an account, whom nobody else changes until the transaction ends: by id, so that no two transactions
 * wait for each other.
 */
export function* lockPeople({ db, t: { users }, locking }: Tx, ids: number[]) {
  return yield* rows(
    locking(
      db
        .select({ id: users.id, role: users.role, status: users.status })
        .from(users)
        .where(and(inArray(users.id, ids), isNotNull(users.name)))
        .orderBy(users.id),
    ),
  );
}
