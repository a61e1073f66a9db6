import { and, eq, isNotNull, lt, or, sql } from "drizzle-orm";
import type { Sessions } from "../store.ts";
import { guarded } from "./guarded.ts";
import { native } from "./native.ts";
import type { Db } from "./open.ts";
import { sessions, users } from "./schema.ts";

/** A session with its user, as bun:sqlite gives it. */
interface Row {
  user_id: number;
  name: string;
  created_at: number;
  seen_at: number;
}

export function sqliteSessions(db: Db): Sessions {
  const find = native<Row, [id: Buffer]>(
    db,
    db
      .select({
        userId: sessions.userId,
        userName: users.name,
        createdAt: sessions.createdAt,
        seenAt: sessions.seenAt,
      })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(and(eq(sessions.id, sql.placeholder("id")), isNotNull(users.name))),
  );

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
        const row = find.get(id);
        if (!row) return null;
        return {
          id,
          userId: row.user_id,
          userName: row.name,
          createdAt: row.created_at,
          seenAt: row.seen_at,
        };
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
