import { eq, sql } from "drizzle-orm";
import { groupId } from "../../protocol/conversation-id.ts";
import type { User, Users } from "../store.ts";
import { guarded } from "./guarded.ts";
import type { Db } from "./open.ts";
import { conversations, memberships, sessions, users } from "./schema.ts";

const keyOf = (name: string) => name.toLowerCase();

export function sqliteUsers(db: Db): Users {
  const byName = db
    .select()
    .from(users)
    .where(eq(users.nameKey, sql.placeholder("key")))
    .prepare();
  const byId = db
    .select()
    .from(users)
    .where(eq(users.id, sql.placeholder("id")))
    .prepare();

  return {
    create: ({ name, passwordHash, createdAt }, session) =>
      guarded(() =>
        db.transaction((tx) => {
          const row = { name, nameKey: keyOf(name), passwordHash, createdAt, lastSignInAt: createdAt };
          const user = tx.insert(users).values(row).onConflictDoNothing().returning().get();
          if (!user) return null;
          const group = tx.select().from(conversations).where(eq(conversations.id, groupId)).get();
          tx.insert(memberships)
            .values({ userId: user.id, conversationId: groupId, lastRead: group?.head ?? 0 })
            .run();
          if (session) {
            const times = { createdAt, seenAt: createdAt };
            tx.insert(sessions)
              .values({ ...session, userId: user.id, ...times })
              .run();
          }
          return toUser(user);
        }),
      ),
    byName: (name) => guarded(() => toUser(byName.get({ key: keyOf(name) }))),
    byId: (id) => guarded(() => toUser(byId.get({ id }))),
    directory: () =>
      guarded(() => db.select({ id: users.id, name: users.name }).from(users).orderBy(users.id).all()),
    signedIn: (id, at) =>
      guarded(() => void db.update(users).set({ lastSignInAt: at }).where(eq(users.id, id)).run()),
    setPassword: (id, passwordHash) =>
      guarded(() =>
        db.transaction((tx) => {
          tx.delete(sessions).where(eq(sessions.userId, id)).run();
          tx.update(users).set({ passwordHash }).where(eq(users.id, id)).run();
        }),
      ),
    remove: (id) =>
      guarded(() =>
        db.transaction((tx) => {
          tx.delete(sessions).where(eq(sessions.userId, id)).run();
          tx.delete(memberships).where(eq(memberships.userId, id)).run();
          const nothing = { name: null, nameKey: null, passwordHash: null, lastSignInAt: null };
          tx.update(users).set(nothing).where(eq(users.id, id)).run();
        }),
      ),
  };
}

/** A deleted account is nobody. */
function toUser(row: typeof users.$inferSelect | undefined): User | null {
  if (row?.name == null || row.passwordHash == null) return null;
  const { id, name, passwordHash, createdAt, lastSignInAt } = row;
  return { id, name, passwordHash, createdAt, lastSignInAt };
}
