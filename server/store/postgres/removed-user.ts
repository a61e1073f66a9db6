import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { skeletonOf } from "../../protocol/text.ts";
import { Refusal } from "../../refusal.ts";
import { type Author, emit } from "./cluster-events.ts";
import type { Transaction } from "./open.ts";
import { notePendingVacuum } from "./pending-vacuum.ts";
import {
  alerts,
  identities,
  invites,
  memberships,
  passkeys,
  recoveryCodes,
  reports,
  sessions,
  tickets,
  totp,
  users,
} from "./schema.ts";

/**
 * Forgets all of an account but its id; false when there is nothing to forget. Refuses as `owner_stays` the owner's, whoever
 * became it meanwhile.
 */
export async function forgetUser(
  db: Transaction,
  author: Author,
  id: number,
  erase: boolean,
  at: number,
): Promise<boolean> {
  // Waits for sessions that are just being stored, and for messages that make the user a member of something.
  const [found] = await db
    .select({ name: users.name, skeleton: users.skeleton, role: users.role })
    .from(users)
    .where(eq(users.id, id))
    .for("update");
  if (found?.name == null) return false;
  if (found.role === "owner") throw new Refusal("owner_stays");
  for (const table of [sessions, memberships, totp, recoveryCodes, passkeys, identities, tickets, alerts])
    await db.delete(table).where(eq(table.userId, id));
  await db.delete(reports).where(eq(reports.reporterId, id));
  await revokeInvites(db, id, at);
  await db.execute(sql`
    delete from notices where notice->>'kind' in ('person.registered', 'person.changed')
      and notice->'person'->>'id' = ${String(id)}`);
  await db
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
      erasing: erase ? 1 : 0,
    })
    .where(eq(users.id, id));
  if (found.skeleton !== null) await passOnSkeleton(db, found.skeleton);
  await db.execute(notePendingVacuum);
  await emit(db, author, { kind: "person.deleted", id });
  return true;
}

/** Of those from before whose names look alike, the next has the likeness, so that nobody new gets it while one of them is there. */
async function passOnSkeleton(db: Transaction, skeleton: string): Promise<void> {
  const without = and(isNotNull(users.name), isNull(users.skeleton));
  const others = await db
    .select({ id: users.id, name: users.name })
    .from(users)
    .where(without)
    .orderBy(users.id);
  for (const { id, name } of others) {
    if (skeletonOf(name!) !== skeleton) continue;
    // Whoever was deleted meanwhile is none of them any more.
    const [heir] = await db
      .update(users)
      .set({ skeleton })
      .where(and(eq(users.id, id), without))
      .returning({ id: users.id });
    if (heir) return;
  }
}

/** Ends the invitations that somebody made. */
export async function revokeInvites(db: Transaction, id: number, at: number): Promise<void> {
  await db
    .update(invites)
    .set({ revokedAt: at })
    .where(and(eq(invites.createdBy, id), isNull(invites.revokedAt)));
}
