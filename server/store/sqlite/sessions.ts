import { and, desc, eq, isNotNull, isNull, lt, ne, or, sql } from "drizzle-orm";
import type { Role } from "../../protocol/roles.ts";
import type { Sessions } from "../sessions.ts";
import { log } from "./audit.ts";
import { requireAuthorityOver } from "./authority.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { prepared } from "./prepared.ts";
import { sessions, users } from "./schema.ts";

/** A session with its user, as bun:sqlite gives it. */
interface Row {
  user_id: number;
  name: string;
  role: Role;
  factors: 1 | 2;
  proven_at: number;
  created_at: number;
  key_hash: string | null;
  seen_at: number;
  has_code: 0 | 1;
  has_passkey: 0 | 1;
  has_recovery: 0 | 1;
}

export function sqliteSessions(db: Db): Sessions {
  const find = prepared<Row, [id: Buffer]>(
    db,
    db
      .select({
        userId: sessions.userId,
        userName: users.name,
        role: users.role,
        factors: sessions.factors,
        provenAt: sessions.provenAt,
        keyHash: sessions.keyHash,
        createdAt: sessions.createdAt,
        seenAt: sessions.seenAt,
        hasCode: sql`exists (select 1 from totp where totp.user_id = users.id)`.as("has_code"),
        hasPasskey: sql`exists (select 1 from passkeys where passkeys.user_id = users.id)`.as("has_passkey"),
        hasRecovery: users.hasRecovery,
      })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(
        and(eq(sessions.id, sql.placeholder("id")), isNotNull(users.name), sql`${users.status} = 'active'`),
      ),
  );

  return {
    create: (session, entry) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          const { createdAt } = session;
          tx.insert(sessions)
            .values({ keyHash: "", ...session, seenAt: createdAt, provenAt: createdAt })
            .run();
          log(tx, entry);
        }),
      ),
    find: (id) =>
      withDbErrors(() => {
        const row = find.get(id);
        if (!row) return null;
        return {
          id,
          userId: row.user_id,
          userName: row.name,
          role: row.role,
          factors: row.factors,
          hasCode: row.has_code === 1,
          hasPasskey: row.has_passkey === 1,
          hasRecovery: row.has_recovery === 1,
          provenAt: row.proven_at,
          keyHash: row.key_hash,
          createdAt: row.created_at,
          seenAt: row.seen_at,
        };
      }),
    of: (userId) =>
      withDbErrors(() =>
        db
          .select()
          .from(sessions)
          .where(eq(sessions.userId, userId))
          .orderBy(desc(sessions.seenAt), desc(sessions.createdAt))
          .all()
          .map(({ userId: _, factors, ...device }) => ({ ...device, factors: factors as 1 | 2 })),
      ),
    touch: (id, at) =>
      withDbErrors(() => void db.update(sessions).set({ seenAt: at }).where(eq(sessions.id, id)).run()),
    renew: (id, next, entry) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          const renewed = tx.update(sessions).set(next).where(eq(sessions.id, id)).returning().get();
          if (renewed) log(tx, entry);
          return renewed !== undefined;
        }),
      ),
    bind: (id, keyHash) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          const other = tx.select().from(sessions).where(eq(sessions.keyHash, keyHash)).get();
          if (other) return false;
          const unbound = and(eq(sessions.id, id), isNull(sessions.keyHash));
          return tx.update(sessions).set({ keyHash }).where(unbound).returning().get() !== undefined;
        }),
      ),
    setLabel: (userId, id, label) =>
      withDbErrors(() => {
        const own = and(eq(sessions.id, id), eq(sessions.userId, userId));
        return db.update(sessions).set({ label }).where(own).returning().get() !== undefined;
      }),
    remove: (id, entry) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          if (tx.delete(sessions).where(eq(sessions.id, id)).returning().get()) log(tx, entry);
        }),
      ),
    removeOthers: (userId, but, entry, actor) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          requireAuthorityOver(tx, actor, userId);
          const others = and(eq(sessions.userId, userId), but === null ? undefined : ne(sessions.id, but));
          const { length } = tx.delete(sessions).where(others).returning({ id: sessions.id }).all();
          if (length > 0) log(tx, entry);
          return length;
        }),
      ),
    removeExpired: (seenBefore, createdBefore) =>
      withDbErrors(() => {
        const expired = or(lt(sessions.seenAt, seenBefore), lt(sessions.createdAt, createdBefore));
        db.delete(sessions).where(expired).run();
      }),
  };
}
