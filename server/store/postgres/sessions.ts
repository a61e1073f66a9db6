import { and, desc, eq, isNotNull, isNull, lt, notExists, or, sql } from "drizzle-orm";
import type { Sessions } from "../sessions.ts";
import { log } from "./audit.ts";
import { requireAuthorityOver } from "./authority.ts";
import { type Author, emit } from "./cluster-events.ts";
import { withDbErrors } from "./db-errors.ts";
import { endSessions } from "./ended-sessions.ts";
import type { Db } from "./open.ts";
import { sessions, users } from "./schema.ts";

export function postgresSessions(db: Db, author: Author): Sessions {
  return {
    create: (session, entry) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          const { createdAt } = session;
          await tx
            .insert(sessions)
            .values({ keyHash: "", ...session, seenAt: createdAt, provenAt: createdAt });
          await log(tx, entry);
        }),
      ),
    find: (id) =>
      withDbErrors(async () => {
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
          .where(and(eq(sessions.id, id), isNotNull(users.name), eq(users.status, "active")));
        if (row?.userName == null) return null;
        return { ...row, id, userName: row.userName, factors: row.factors as 1 | 2 };
      }),
    of: (userId) =>
      withDbErrors(async () => {
        const rows = await db.orm
          .select()
          .from(sessions)
          .where(eq(sessions.userId, userId))
          .orderBy(desc(sessions.seenAt), desc(sessions.createdAt));
        return rows.map(({ userId: _, factors, ...device }) => ({ ...device, factors: factors as 1 | 2 }));
      }),
    touch: (id, at) =>
      withDbErrors(async () => {
        await db.orm.update(sessions).set({ seenAt: at }).where(eq(sessions.id, id));
      }),
    renew: (id, next, entry) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          const [renewed] = await tx.update(sessions).set(next).where(eq(sessions.id, id)).returning();
          if (!renewed) return false;
          const { userId } = renewed;
          await emit(tx, author, { kind: "session.replaced", session: id.toString("base64url"), userId });
          await log(tx, entry);
          return true;
        }),
      ),
    bind: (id, keyHash) =>
      withDbErrors(() =>
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
          await emit(tx, author, { kind: "session.replaced", session, userId: bound.userId });
          return true;
        }),
      ),
    setLabel: (userId, id, label) =>
      withDbErrors(async () => {
        const own = and(eq(sessions.id, id), eq(sessions.userId, userId));
        return (await db.orm.update(sessions).set({ label }).where(own).returning()).length > 0;
      }),
    remove: (id, entry) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          const [ended] = await tx.delete(sessions).where(eq(sessions.id, id)).returning();
          if (!ended) return;
          const session = id.toString("base64url");
          await emit(tx, author, { kind: "session.ended", session, userId: ended.userId });
          await log(tx, entry);
        }),
      ),
    removeOthers: (userId, but, entry, actor) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          await requireAuthorityOver(tx, actor, userId);
          const ended = await endSessions(tx, author, userId, { but });
          if (ended > 0) await log(tx, entry);
          return ended;
        }),
      ),
    removeExpired: (seenBefore, createdBefore) =>
      withDbErrors(async () => {
        const expired = or(lt(sessions.seenAt, seenBefore), lt(sessions.createdAt, createdBefore));
        await db.orm.delete(sessions).where(expired);
      }),
  };
}
