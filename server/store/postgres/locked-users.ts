import { and, eq, inArray, isNotNull } from "drizzle-orm";
import type { Transaction } from "./open.ts";
import { users } from "./schema.ts";

/** Waits for whatever is just being added to an account or removed from it, so that the next statement sees what is left. */
export async function lockUser(db: Transaction, userId: number): Promise<void> {
  await db.select({ id: users.id }).from(users).where(eq(users.id, userId)).for("update");
}

/** Those of these who have an account, whom nobody else changes until the transaction ends: by id, so that nobody waits in a circle. */
export const lockPeople = (db: Transaction, ids: number[]) =>
  db
    .select({ id: users.id, role: users.role, status: users.status })
    .from(users)
    .where(and(inArray(users.id, ids), isNotNull(users.name)))
    .orderBy(users.id)
    .for("update");
