import { and, eq, isNotNull, lt, or, sql } from "drizzle-orm";
import type { Sessions } from "../store.ts";
import { guarded } from "./guarded.ts";
import type { Db } from "./open.ts";
import { sessions, users } from "./schema.ts";

export function sqliteSessions(db: Db): Sessions {
  const find = db
    .select({
      id: sessions.id,
      userId: sessions.userId,
      userName: users.name,
      createdAt: sessions.createdAt,
      seenAt: sessions.seenAt,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.id, sql.placeholder("id")), isNotNull(users.name)))
    .prepare();

  return {
    create: (session) =>
      guarded(
        () =>
          void db
            .insert(sessions)
            .values({ ...session, seenAt: session.createdAt })
            .run(),
      ),
    find: (id) =>
      guarded(() => {
        const row = find.get({ id });
        return row ? { ...row, userName: row.userName! } : null;
      }),
    touch: (id, at) =>
      guarded(() => void db.update(sessions).set({ seenAt: at }).where(eq(sessions.id, id)).run()),
    remove: (id) => guarded(() => void db.delete(sessions).where(eq(sessions.id, id)).run()),
    removeExpired: (seenBefore, createdBefore) =>
      guarded(() => {
        const expired = or(lt(sessions.seenAt, seenBefore), lt(sessions.createdAt, createdBefore));
        db.delete(sessions).where(expired).run();
      }),
  };
}
