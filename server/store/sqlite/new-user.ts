import { and, eq, gt, isNull, lt, or, sql } from "drizzle-orm";
import { groupId } from "../../protocol/conversation-id.ts";
import { skeletonOf } from "../../protocol/text.ts";
import { Refusal } from "../../refusal.ts";
import type { NewAccount, Users } from "../users.ts";
import { log, type Writer } from "./audit.ts";
import { conversations, memberships, sessions, users } from "./schema.ts";
import { identities, invites } from "./schema-access.ts";
import { readSettings, writeSettings } from "./settings.ts";

export const keyOf = (name: string): string => name.toLowerCase();

/** Adds an account with all that belongs to it; null when the name is taken. To be called in a transaction. */
export function addUser(
  db: Writer,
  { name, passwordHash, createdAt }: Parameters<Users["create"]>[0],
  { session, invite, identity, settings, entry }: NewAccount,
): number | null {
  const row = {
    name,
    nameKey: keyOf(name),
    skeleton: skeletonOf(name),
    passwordHash,
    role: settings ? ("owner" as const) : ("member" as const),
    createdAt,
    lastSignInAt: createdAt,
  };
  const user = db.insert(users).values(row).onConflictDoNothing().returning({ id: users.id }).get();
  if (!user) return null;
  if (settings) {
    if (readSettings(db)) throw new Refusal("already_set_up");
    writeSettings(db, settings);
  }
  if (invite) useInvite(db, invite);
  if (identity) {
    const own = { ...identity, userId: user.id, lastUsedAt: createdAt };
    const added = db.insert(identities).values(own).onConflictDoNothing().returning().get();
    if (!added) throw new Refusal("identity_taken");
  }
  const group = db.select().from(conversations).where(eq(conversations.id, groupId)).get();
  db.insert(memberships)
    .values({ userId: user.id, conversationId: groupId, lastRead: group?.head ?? 0 })
    .run();
  if (session) {
    const times = { createdAt, seenAt: createdAt, provenAt: createdAt };
    db.insert(sessions)
      .values({ keyHash: "", ...session, userId: user.id, ...times })
      .run();
  }
  log(db, entry && { ...entry, actorId: user.id, subjectId: user.id });
  return user.id;
}

function useInvite(db: Writer, { id, at }: NonNullable<NewAccount["invite"]>): void {
  const valid = and(
    eq(invites.id, id),
    isNull(invites.revokedAt),
    or(isNull(invites.expiresAt), gt(invites.expiresAt, at)),
    or(isNull(invites.maxUses), lt(invites.uses, invites.maxUses)),
  );
  const used = db
    .update(invites)
    .set({ uses: sql`${invites.uses} + 1` })
    .where(valid)
    .returning()
    .get();
  if (!used) throw new Refusal("invite_invalid");
}
