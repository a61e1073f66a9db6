import { eq } from "drizzle-orm";
import { type RequiredCredentials, requireEnough } from "../required-credentials.ts";
import type { Writer } from "./audit.ts";
import { sessions, users } from "./schema.ts";
import { identities, passkeys, totp } from "./schema-access.ts";

/** Refuses, and so undoes the removal before it in the transaction, where too little is left of an account. */
export function requireCredentials(db: Writer, userId: number, needs: RequiredCredentials): void {
  const user = db.select({ hash: users.passwordHash }).from(users).where(eq(users.id, userId)).get();
  const has = (table: typeof passkeys | typeof totp) =>
    db.select({ of: table.userId }).from(table).where(eq(table.userId, userId)).get() !== undefined;
  const left = {
    passwordHash: user?.hash ?? null,
    hasCode: has(totp),
    hasPasskey: has(passkeys),
    identities: db.select().from(identities).where(eq(identities.userId, userId)).all(),
  };
  requireEnough(left, needs);
}

/** Whether a session is still there, by which something is added to its account. */
export const hasSession = (db: Writer, id: Buffer): boolean =>
  db.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, id)).get() !== undefined;
