import { and, eq, isNotNull, lt, or } from "drizzle-orm";
import type { Sessions } from "../kept/sessions.ts";
import { guarded } from "./guarded.ts";
import type { Author } from "./notices.ts";
import type { Db } from "./open.ts";
import { sessions, users } from "./schema.ts";

export function postgresSessions(db: Db, { origin, now }: Author): Sessions {
  return {
    create: (session) =>
      guarded(async () => {
        await db.orm.insert(sessions).values({ ...session, seenAt: session.createdAt });
      }),
    find: (id) =>
      guarded(async () => {
        const [row] = await db.orm
          .select({
            userId: sessions.userId,
            userName: users.name,
            createdAt: sessions.createdAt,
            seenAt: sessions.seenAt,
          })
          .from(sessions)
          .innerJoin(users, eq(users.id, sessions.userId))
          .where(and(eq(sessions.id, id), isNotNull(users.name)));
        return row?.userName == null ? null : { ...row, id, userName: row.userName };
      }),
    touch: (id, at) =>
      guarded(async () => {
        await db.orm.update(sessions).set({ seenAt: at }).where(eq(sessions.id, id));
      }),
    remove: (id) =>
      guarded(async () => {
        await db.sql`
          with ended as (
            delete from sessions where id = ${id} returning user_id
          )
          insert into notices (at, origin, notice)
          select ${now()}::bigint, ${origin}, jsonb_build_object(
            'kind', 'session.ended', 'session', ${id.toString("base64url")}::text, 'userId', user_id)
          from ended`;
      }),
    removeExpired: (seenBefore, createdBefore) =>
      guarded(async () => {
        const expired = or(lt(sessions.seenAt, seenBefore), lt(sessions.createdAt, createdBefore));
        await db.orm.delete(sessions).where(expired);
      }),
  };
}
