import { and, eq, isNotNull, isNull } from "drizzle-orm";
import { skeletonOf } from "../../protocol/text.ts";
import { Refusal } from "../../refusal.ts";
import type { Writer } from "./audit.ts";
import { notePendingVacuum } from "./pending-vacuum.ts";
import { memberships, sessions, users } from "./schema.ts";
import {
  alerts,
  identities,
  invites,
  passkeys,
  recoveryCodes,
  reports,
  tickets,
  totp,
} from "./schema-access.ts";

/**
 * Forgets all of an account but its id; false when there is nothing to forget. Refuses as `owner_stays` the owner's, whoever
 * became it meanwhile. To be called in a transaction.
 */
export function forgetUser(db: Writer, id: number, erase: boolean, at: number): boolean {
  const nothing = {
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
    erasing: erase ? 1 : 0,
  } as const;
  const found = db
    .select({ name: users.name, skeleton: users.skeleton, role: users.role })
    .from(users)
    .where(eq(users.id, id))
    .get();
  if (found?.name == null) return false;
  if (found.role === "owner") throw new Refusal("owner_stays");
  for (const table of [sessions, memberships, totp, recoveryCodes, passkeys, identities, tickets, alerts])
    db.delete(table).where(eq(table.userId, id)).run();
  db.delete(reports).where(eq(reports.reporterId, id)).run();
  revokeInvites(db, id, at);
  db.update(users).set(nothing).where(eq(users.id, id)).run();
  if (found.skeleton !== null) passOnSkeleton(db, found.skeleton);
  notePendingVacuum(db);
  return true;
}

/** Of those from before whose names look alike, the next has the likeness, so that nobody new gets it while one of them is there. */
function passOnSkeleton(db: Writer, skeleton: string): void {
  const heir = db
    .select({ id: users.id, name: users.name })
    .from(users)
    .where(and(isNotNull(users.name), isNull(users.skeleton)))
    .orderBy(users.id)
    .all()
    .find(({ name }) => skeletonOf(name!) === skeleton);
  if (heir) db.update(users).set({ skeleton }).where(eq(users.id, heir.id)).run();
}

/** Ends the invitations that somebody made. */
export function revokeInvites(db: Writer, id: number, at: number): void {
  db.update(invites)
    .set({ revokedAt: at })
    .where(and(eq(invites.createdBy, id), isNull(invites.revokedAt)))
    .run();
}
