import { eq } from "drizzle-orm";
import { groupId } from "../protocol/conversation-id.ts";
import { toPerson } from "../protocol/person.ts";
import type { ServerSettings } from "../protocol/settings.ts";
import { skeletonOf } from "../protocol/text.ts";
import { Refusal } from "../refusal.ts";
import { type Identity, storeIdentity } from "./identities.ts";
import { useInvite } from "./invites.ts";
import { addSession, type NewSession } from "./sessions.ts";
import { beginSettings } from "./settings.ts";
import { done, first, type NewAuditEntry, type Tx, type Work } from "./transaction.ts";

export interface NewUser {
  name: string;
  passwordHash: string | null;
  createdAt: number;
}

/** What comes with a new account, all or nothing. */
export interface NewAccount {
  session?: NewSession | undefined;
  /** Takes one use of this invitation; Refusal("invite_invalid") where there is none left at `at`. */
  invite?: { id: number; at: number } | undefined;
  /** The account at a provider that opens this one; Refusal("identity_taken") where it opens another. */
  identity?: Omit<Identity, "userId" | "lastUsedAt"> | undefined;
  /** Sets the server up, with this account as the owner; Refusal("already_set_up") where it is. */
  settings?: ServerSettings | undefined;
  entry?: NewAuditEntry | undefined;
}

/** By what names are compared, without regard to case. */
export const keyOf = (name: string): string => name.toLowerCase();

/** Adds an account with all that belongs to it; gives its id, or null when the name is taken. */
export function* addUser(
  tx: Tx,
  { name, passwordHash, createdAt }: NewUser,
  { session, invite, identity, settings, entry }: NewAccount,
): Work<number | null> {
  const { db, t } = tx;
  const role = settings ? "owner" : "member";
  const user = yield* first(
    db
      .insert(t.users)
      .values({
        name,
        nameKey: keyOf(name),
        skeleton: skeletonOf(name),
        passwordHash,
        role,
        createdAt,
        lastSignInAt: createdAt,
      })
      .onConflictDoNothing()
      .returning({ id: t.users.id }),
  );
  if (!user) return null;
  const { id } = user;
  if (settings && !(yield* beginSettings(tx, settings))) throw new Refusal("already_set_up");
  if (invite) yield* useInvite(tx, invite.id, invite.at);
  if (identity) {
    const own = { ...identity, userId: id, lastUsedAt: createdAt };
    if (!(yield* storeIdentity(tx, own))) throw new Refusal("identity_taken");
  }
  const group = yield* first(db.select().from(t.conversations).where(eq(t.conversations.id, groupId)));
  yield* done(
    db.insert(t.memberships).values({ userId: id, conversationId: groupId, lastRead: group?.head ?? 0 }),
  );
  if (session) yield* addSession(tx, { ...session, userId: id, createdAt });
  tx.emit({ kind: "person.registered", person: toPerson({ id, name, role }) });
  yield* tx.audit(entry && { ...entry, actorId: id, subjectId: id });
  return id;
}
