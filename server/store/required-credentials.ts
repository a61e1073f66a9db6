import { eq } from "drizzle-orm";
import { Refusal } from "../refusal.ts";
import { first, rows, some, type Tx, type Work } from "./transaction.ts";

/**
 * What an account has to keep where something of it is removed. It is looked at in the same transaction: of two that are
 * removed at once, each would count on the other.
 */
export interface RequiredCredentials {
  /** The providers that are set up now, where a way in has to stay: an account at any other opens nothing. */
  opening?: readonly { provider: string; issuer: string }[];
  /** Whether a second factor has to stay. */
  secondFactor?: boolean;
}

/**
 * Refuses as `last_way_in` or `enrolment_needed`, and so undoes the removal before it in the transaction, where too little is
 * left of an account.
 */
export function* requireCredentials(
  tx: Tx,
  userId: number,
  { opening, secondFactor }: RequiredCredentials,
): Work<void> {
  const { hasCode, hasPasskey } = yield* factorsOf(tx, userId);
  if (opening && !hasPasskey && !(yield* hasPassword(tx, userId)) && !(yield* opensWith(tx, userId, opening)))
    throw new Refusal("last_way_in");
  if (secondFactor && !hasCode && !hasPasskey) {
    const message = "This chat asks for a second factor. Set up another one before you remove this one.";
    throw new Refusal("enrolment_needed", { message });
  }
}

/** Whether an account has an authenticator app, and a passkey: what recovery codes can stand in for. */
export function* factorsOf({ db, t }: Tx, userId: number): Work<{ hasCode: boolean; hasPasskey: boolean }> {
  const own = (table: typeof t.totp | typeof t.passkeys) =>
    db.select({ of: table.userId }).from(table).where(eq(table.userId, userId)).limit(1);
  return { hasCode: yield* some(own(t.totp)), hasPasskey: yield* some(own(t.passkeys)) };
}

/** Whether the session is gone by which something is added to its account, where it is by one; who ends all of an account's locks that account. */
export function* hasEnded({ db, t }: Tx, by: Buffer | undefined): Work<boolean> {
  if (by === undefined) return false;
  return !(yield* some(db.select({ id: t.sessions.id }).from(t.sessions).where(eq(t.sessions.id, by))));
}

function* hasPassword({ db, t }: Tx, userId: number): Work<boolean> {
  const { passwordHash, id } = t.users;
  const user = yield* first(db.select({ passwordHash }).from(t.users).where(eq(id, userId)));
  return user !== null && user.passwordHash !== null;
}

function* opensWith(
  { db, t }: Tx,
  userId: number,
  opening: NonNullable<RequiredCredentials["opening"]>,
): Work<boolean> {
  const own = yield* rows(db.select().from(t.identities).where(eq(t.identities.userId, userId)));
  return own.some(({ provider, issuer }) =>
    opening.some((each) => each.provider === provider && each.issuer === issuer),
  );
}
