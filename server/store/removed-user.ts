import { and, eq, isNotNull, isNull } from "drizzle-orm";
import { skeletonOf } from "../protocol/text.ts";
import { Refusal } from "../refusal.ts";
import { revokeInvites } from "./invites.ts";
import { leaveRooms } from "./rooms.ts";
import { done, first, rows, some, type Tx, type Work } from "./transaction.ts";

/**
 * Forgets all of an account but its id; false when there is nothing to forget. Refuses as `owner_stays` the owner's, whoever
 * became it meanwhile.
 */
export function* forgetUser(tx: Tx, id: number, erase: boolean, at: number): Work<boolean> {
  const { db, t } = tx;
  const {
    users,
    sessions,
    memberships,
    mentions,
    totp,
    recoveryCodes,
    passkeys,
    identities,
    tickets,
    alerts,
  } = t;
  const { name, skeleton, role } = users;
  // Waits for sessions that are just being stored, and for messages that make the user a member of something.
  const found = yield* first(
    tx.locking(db.select({ name, skeleton, role }).from(users).where(eq(users.id, id))),
  );
  if (found?.name == null) return false;
  if (found.role === "owner") throw new Refusal("owner_stays");
  yield* leaveRooms(tx, id, at);
  for (const table of [
    sessions,
    memberships,
    mentions,
    totp,
    recoveryCodes,
    passkeys,
    identities,
    tickets,
    alerts,
  ])
    yield* done(db.delete(table).where(eq(table.userId, id)));
  yield* done(db.delete(t.reports).where(eq(t.reports.reporterId, id)));
  yield* revokeInvites(tx, id, at);
  yield* done(
    db
      .update(users)
      .set({
        name: null,
        nameKey: null,
        skeleton: null,
        passwordHash: null,
        role: "member",
        status: "active",
        statusReason: null,
        mutedUntil: null,
        lastSignInAt: null,
        hasRecovery: 0,
        preferences: "{}",
        erasing: erase ? 1 : 0,
      })
      .where(eq(users.id, id)),
  );
  if (found.skeleton !== null) yield* passOnSkeleton(tx, found.skeleton);
  yield* tx.deleted({ userId: id });
  tx.emit({ kind: "person.deleted", id });
  return true;
}

/** Of those from before whose names look alike, the next has the likeness, so that nobody new gets it while one of them is there. */
function* passOnSkeleton({ db, t: { users } }: Tx, skeleton: string): Work<void> {
  const without = and(isNotNull(users.name), isNull(users.skeleton));
  const others = yield* rows(
    db.select({ id: users.id, name: users.name }).from(users).where(without).orderBy(users.id),
  );
  for (const { id, name } of others) {
    if (skeletonOf(name!) !== skeleton) continue;
    const heir = and(eq(users.id, id), without);
    // Whoever was deleted meanwhile is none of them any more.
    if (yield* some(db.update(users).set({ skeleton }).where(heir).returning({ id: users.id }))) return;
  }
}
