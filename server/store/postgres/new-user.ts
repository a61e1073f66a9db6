import { and, eq, gt, isNull, lt, or, sql } from "drizzle-orm";
import { groupId } from "../../protocol/conversation-id.ts";
import { skeletonOf } from "../../protocol/text.ts";
import { Refusal } from "../../refusal.ts";
import type { NewAccount, Users } from "../users.ts";
import { log } from "./audit.ts";
import { type Author, emit } from "./cluster-events.ts";
import type { Transaction } from "./open.ts";
import { conversations, identities, invites, memberships, sessions, users } from "./schema.ts";
import { beginSettings } from "./settings.ts";

export const keyOf = (name: string): string => name.toLowerCase();

/** Adds an account with all that belongs to it; null when the name is taken. */
export async function addUser(
  db: Transaction,
  author: Author,
  { name, passwordHash, createdAt }: Parameters<Users["create"]>[0],
  { session, invite, identity, settings, entry }: NewAccount,
): Promise<number | null> {
  const role = settings ? "owner" : "member";
  const [user] = await db
    .insert(users)
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
    .returning({ id: users.id });
  if (!user) return null;
  const { id } = user;
  if (settings && !(await beginSettings(db, author, settings))) throw new Refusal("already_set_up");
  if (invite) await useInvite(db, invite);
  if (identity) {
    const own = { ...identity, userId: id, lastUsedAt: createdAt };
    const [added] = await db.insert(identities).values(own).onConflictDoNothing().returning();
    if (!added) throw new Refusal("identity_taken");
  }
  const [group] = await db.select().from(conversations).where(eq(conversations.id, groupId));
  await db.insert(memberships).values({ userId: id, conversationId: groupId, lastRead: group?.head ?? 0 });
  if (session) {
    const times = { createdAt, seenAt: createdAt, provenAt: createdAt };
    await db.insert(sessions).values({ keyHash: "", ...session, userId: id, ...times });
  }
  const person = settings ? { id, name, role: "owner" as const } : { id, name };
  await emit(db, author, { kind: "person.registered", person });
  await log(db, entry && { ...entry, actorId: id, subjectId: id });
  return id;
}

async function useInvite(db: Transaction, { id, at }: NonNullable<NewAccount["invite"]>): Promise<void> {
  const valid = and(
    eq(invites.id, id),
    isNull(invites.revokedAt),
    or(isNull(invites.expiresAt), gt(invites.expiresAt, at)),
    or(isNull(invites.maxUses), lt(invites.uses, invites.maxUses)),
  );
  const [used] = await db
    .update(invites)
    .set({ uses: sql`${invites.uses} + 1` })
    .where(valid)
    .returning();
  if (!used) throw new Refusal("invite_invalid");
}
