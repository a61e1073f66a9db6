import { eq } from "drizzle-orm";
import { type RequiredCredentials, requireEnough } from "../required-credentials.ts";
import type { Transaction } from "./open.ts";
import { identities, passkeys, sessions, totp, users } from "./schema.ts";

/** Refuses, and so undoes the removal before it in the transaction, where too little is left of an account. */
export async function requireCredentials(
  db: Transaction,
  userId: number,
  needs: RequiredCredentials,
): Promise<void> {
  const [user] = await db.select({ hash: users.passwordHash }).from(users).where(eq(users.id, userId));
  const has = async (table: typeof passkeys | typeof totp) =>
    (await db.select({ of: table.userId }).from(table).where(eq(table.userId, userId)).limit(1)).length > 0;
  const left = {
    passwordHash: user?.hash ?? null,
    hasCode: await has(totp),
    hasPasskey: await has(passkeys),
    identities: await db.select().from(identities).where(eq(identities.userId, userId)),
  };
  requireEnough(left, needs);
}

/** Whether a session is still there, by which something is added to its account; who ends all of an account's locks that account. */
export async function hasSession(db: Transaction, id: Buffer): Promise<boolean> {
  return (await db.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, id))).length > 0;
}
