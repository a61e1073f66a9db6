import { and, desc, eq, isNotNull, isNull, lt, notExists, or, sql } from "drizzle-orm";
import type { Sessions } from "../kept/sessions.ts";
import { log } from "./audit.ts";
import { endSessions } from "./ended-sessions.ts";
import { guarded } from "./guarded.ts";
import { type Author, tell } from "./notices.ts";
import type { Db } from "./open.ts";
import { requirePowerOver } from "./power.ts";
import { sessions, users } from "./schema.ts";

export function postgresSessions(db: Db, author: Author): Sessions {
  return {
    create: (session, act) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          const { createdAt } = session;
          await tx
            .insert(sessions)
            .values({ keyHash: "", ...session, seenAt: createdAt, provenAt: createdAt });
          await log(tx, act);
        }),
      ),
    find: (id) =>
      guarded(async () => {
        const [row] = await db.orm
          .select({
            userId: sessions.userId,
            userName: users.name,
            role: users.role,
            factors: sessions.factors,
            provenAt: sessions.provenAt,
            keyHash: sessions.keyHash,
            createdAt: sessions.createdAt,
            seenAt: sessions.seenAt,
            hasCode: sql<boolean>`exists (select from totp where totp.user_id = users.id)`,
            hasPasskey: sql<boolean>`exists (select from passkeys where passkeys.user_id = users.id)`,
            hasRecovery: sql<boolean>`users.has_recovery = 1`,
          })
          .from(sessions)
          .innerJoin(users, eq(users.id, sessions.userId))
          .where(and(eq(sessions.id, id), isNotNull(users.name), eq(users.standing, "active")));
        if (row?.userName == null) return null;
        return { ...row, id, userName: row.userName, factors: row.factors as 1 | 2 };
      }),
    of: (userId) =>
      guarded(async () => {
        const rows = await db.orm
          .select()
          .from(sessions)
          .where(eq(sessions.userId, userId))
          .orderBy(desc(sessions.seenAt), desc(sessions.createdAt));
        return rows.map(({ userId: _, factors, ...device }) => ({ ...device, factors: factors as 1 | 2 }));
      }),
    touch: (id, at) =>
      guarded(async () => {
        await db.orm.update(sessions).set({ seenAt: at }).where(eq(sessions.id, id));
      }),
    renew: (id, next, act) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          const [renewed] = await tx.update(sessions).set(next).where(eq(sessions.id, id)).returning();
          if (!renewed) return false;
          const { userId } = renewed;
          await tell(tx, author, { kind: "session.replaced", session: id.toString("base64url"), userId });
          await log(tx, act);
          return true;
        }),
      ),
    bind: (id, keyHash) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          const others = tx.select().from(sessions).where(eq(sessions.keyHash, keyHash));
          const [bound] = await tx
            .update(sessions)
            .set({ keyHash })
            .where(and(eq(sessions.id, id), isNull(sessions.keyHash), notExists(others)))
            .returning();
          if (!bound) return false;
          // Sockets that were opened without the key have to come back with it.
          const session = id.toString("base64url");
          await tell(tx, author, { kind: "session.replaced", session, userId: bound.userId });
          return true;
        }),
      ),
    setLabel: (userId, id, label) =>
      guarded(async () => {
        const own = and(eq(sessions.id, id), eq(sessions.userId, userId));
        return (await db.orm.update(sessions).set({ label }).where(own).returning()).length > 0;
      }),
    remove: (id, act) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          const [ended] = await tx.delete(sessions).where(eq(sessions.id, id)).returning();
          if (!ended) return;
          const session = id.toString("base64url");
          await tell(tx, author, { kind: "session.ended", session, userId: ended.userId });
          await log(tx, act);
        }),
      ),
    removeOthers: (userId, but, act, power) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          await requirePowerOver(tx, power, userId);
          const ended = await endSessions(tx, author, userId, { but });
          if (ended > 0) await log(tx, act);
          return ended;
        }),
      ),
    removeExpired: (seenBefore, createdBefore) =>
      guarded(async () => {
        const expired = or(lt(sessions.seenAt, seenBefore), lt(sessions.createdAt, createdBefore));
        await db.orm.delete(sessions).where(expired);
      }),
  };
}
