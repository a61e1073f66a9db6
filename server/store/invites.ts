import { and, desc, eq, gt, isNull, lt, or, sql } from "drizzle-orm";
import { Refusal } from "../refusal.ts";
import type { Tables } from "./tables.ts";
import {
  done,
  first,
  type NewAuditEntry,
  rows,
  some,
  statement,
  type Tx,
  transaction,
  type Work,
} from "./transaction.ts";

export type Invite = Tables["invites"]["$inferSelect"];

/** Invitations are used up in `users.create`. */
export const invites = {
  /** The entry of the audit log also names the new invitation. */
  create: transaction(function* (
    tx,
    invite: Omit<Invite, "id" | "uses" | "revokedAt">,
    entry: NewAuditEntry,
  ) {
    const [made] = yield* rows(tx.db.insert(tx.t.invites).values(invite).returning());
    yield* tx.audit({ ...entry, detail: { ...entry.detail, invite: made!.id } });
    return made! satisfies Invite;
  }),

  find: statement(function* ({ db, t }, id: number) {
    return yield* first(db.select().from(t.invites).where(eq(t.invites.id, id)));
  }),

  /** The latest first. */
  all: statement(function* ({ db, t }) {
    return yield* rows(db.select().from(t.invites).orderBy(desc(t.invites.id)));
  }),

  /** False when it was revoked before, or never was. */
  revoke: transaction(function* (tx, id: number, at: number, entry: NewAuditEntry) {
    const { invites } = tx.t;
    const open = and(eq(invites.id, id), isNull(invites.revokedAt));
    const revoked = yield* some(tx.db.update(invites).set({ revokedAt: at }).where(open).returning());
    if (revoked) yield* tx.audit(entry);
    return revoked;
  }),
};

/** Takes one use of an invitation; Refusal("invite_invalid") where there is none left at this time. */
export function* useInvite({ db, t: { invites } }: Tx, id: number, at: number): Work<void> {
  const valid = and(
    eq(invites.id, id),
    isNull(invites.revokedAt),
    or(isNull(invites.expiresAt), gt(invites.expiresAt, at)),
    or(isNull(invites.maxUses), lt(invites.uses, invites.maxUses)),
  );
  const used = { uses: sql`${invites.uses} + 1` };
  if (!(yield* some(db.update(invites).set(used).where(valid).returning())))
    throw new Refusal("invite_invalid");
}

/** Ends the invitations that somebody made. */
export function* revokeInvites({ db, t: { invites } }: Tx, createdBy: number, at: number): Work<void> {
  const open = and(eq(invites.createdBy, createdBy), isNull(invites.revokedAt));
  yield* done(db.update(invites).set({ revokedAt: at }).where(open));
}
