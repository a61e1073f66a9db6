import {
  and,
  desc,
  eq,
  isNotNull,
  isNull,
  lt,
  ne,
  notExists,
  or,
  type Placeholder,
  type SQL,
  sql,
} from "drizzle-orm";
import type { Role } from "../protocol/roles.ts";
import { type Actor, requireAuthorityOver } from "./authority.ts";
import { lockUser } from "./locked-users.ts";
import {
  done,
  first,
  type NewAuditEntry,
  type Reading,
  rows,
  some,
  statement,
  type Tx,
  transaction,
  type Work,
} from "./transaction.ts";

export interface NewSession {
  id: Buffer;
  device: string;
  address?: string;
  /** How many factors were proven: 1 when absent. */
  factors?: 1 | 2;
  /** SHA-256 of the key that it is bound to for good, in base64url; bound to none when absent. */
  keyHash?: string;
}

export interface Session {
  /** SHA-256 of the token. */
  id: Buffer;
  userId: number;
  userName: string;
  role: Role;
  factors: 1 | 2;
  /** Whether its user has an authenticator app, and a passkey. */
  hasCode: boolean;
  hasPasskey: boolean;
  /** Whether recovery codes were given with these, used up or not. */
  hasRecovery: boolean;
  /** When a factor was proven last. */
  provenAt: number;
  /** SHA-256 of the key it is bound to; empty where to none, null where it began before there were keys. */
  keyHash: string | null;
  createdAt: number;
  seenAt: number;
}

/** A session as its user sees it in the list of devices. */
export interface Device
  extends Pick<Session, "id" | "factors" | "provenAt" | "keyHash" | "createdAt" | "seenAt"> {
  device: string;
  label: string | null;
  address: string;
}

export const sessions = {
  /** Begins a session, whose factors were proven now. */
  create: transaction(function* (
    tx,
    session: NewSession & { userId: number; createdAt: number },
    entry?: NewAuditEntry,
  ) {
    yield* addSession(tx, session);
    yield* tx.audit(entry);
  }),

  /** The session with this id whose account still exists and is not locked, expired or not; null when there is none. */
  find: statement(function* (reading, id: Buffer) {
    const row = yield* first(foundSession(reading, id));
    return row && { ...(row as Omit<Session, "id">), id };
  }),

  /** All sessions of a user, the latest used first, expired or not. */
  of: statement(function* ({ db, t }, userId: number) {
    const found = yield* rows(
      db
        .select()
        .from(t.sessions)
        .where(eq(t.sessions.userId, userId))
        .orderBy(desc(t.sessions.seenAt), desc(t.sessions.createdAt)),
    );
    return found.map(({ userId: _, ...device }) => device as Device);
  }),

  touch: statement(function* ({ db, t }, id: Buffer, at: number) {
    yield* done(db.update(t.sessions).set({ seenAt: at }).where(eq(t.sessions.id, id)));
  }),

  /** Gives the session another id, because something was proven in it; false when there is none of the former id. */
  renew: transaction(function* (
    tx,
    id: Buffer,
    by: { id: Buffer; factors: 1 | 2; provenAt: number },
    entry?: NewAuditEntry,
  ) {
    if (!(yield* replaceSession(tx, id, by))) return false;
    yield* tx.audit(entry);
    return true;
  }),

  /**
   * Binds a session from before there were keys. False where it is bound already, is to be bound to none, or where another
   * session has this key: whoever has a session of their own was given this one by somebody else.
   */
  bind: transaction(function* (tx, id: Buffer, keyHash: string) {
    const { db, t } = tx;
    const others = db.select().from(t.sessions).where(eq(t.sessions.keyHash, keyHash));
    // Sockets that were opened without the key have to come back with it.
    return yield* replaceSession(tx, id, { keyHash }, and(isNull(t.sessions.keyHash), notExists(others)));
  }),

  /** What its user calls the device; null for nothing in particular. False when the user has no such session. */
  setLabel: statement(function* ({ db, t }, userId: number, id: Buffer, label: string | null) {
    const own = and(eq(t.sessions.id, id), eq(t.sessions.userId, userId));
    return yield* some(db.update(t.sessions).set({ label }).where(own).returning());
  }),

  remove: transaction(function* (tx, id: Buffer, entry?: NewAuditEntry) {
    const { db, t } = tx;
    const ended = yield* first(db.delete(t.sessions).where(eq(t.sessions.id, id)).returning());
    if (!ended) return;
    tx.emit({ kind: "session.ended", session: named(id), userId: ended.userId });
    yield* tx.audit(entry);
  }),

  /** Ends all sessions of a user but this one; null ends all. Gives how many. With an actor it is refused where that one may not. */
  removeOthers: transaction(function* (
    tx,
    userId: number,
    but: Buffer | null,
    entry?: NewAuditEntry,
    actor?: Actor,
  ) {
    yield* requireAuthorityOver(tx, actor, userId);
    const ended = yield* endSessions(tx, userId, { but });
    if (ended > 0) yield* tx.audit(entry);
    return ended;
  }),

  /** Ends the sessions not seen since `seenBefore` or begun before `createdBefore`. */
  removeExpired: statement(function* ({ db, t }, seenBefore: number, createdBefore: number) {
    const expired = or(lt(t.sessions.seenAt, seenBefore), lt(t.sessions.createdAt, createdBefore));
    yield* done(db.delete(t.sessions).where(expired));
  }),
};

/** Stores a session, whose factors were proven now. */
export function* addSession(
  { db, t }: Tx,
  session: NewSession & { userId: number; createdAt: number },
): Work<void> {
  const { createdAt } = session;
  yield* done(
    db.insert(t.sessions).values({ keyHash: "", ...session, seenAt: createdAt, provenAt: createdAt }),
  );
}

/** Ends all sessions of a user but one, and lets the nodes know; `by` is the one that asked for it. Gives how many. */
export function* endSessions(
  tx: Tx,
  userId: number,
  { but, by }: { but?: Buffer | null; by?: Buffer | undefined } = {},
): Work<number> {
  const { db, t } = tx;
  // Waits for sessions that are just being stored for the user, so that the next statement sees them.
  yield* lockUser(tx, userId);
  const others = and(eq(t.sessions.userId, userId), but ? ne(t.sessions.id, but) : undefined);
  const ended = yield* rows(db.delete(t.sessions).where(others).returning({ id: t.sessions.id }));
  if (ended.length > 0 || by) {
    const ids = ended.map(({ id }) => named(id));
    tx.emit({ kind: "sessions.ended", userId, by: by ? named(by) : null, sessions: ids });
  }
  return ended.length;
}

/** Changes a session in a way that ends its sockets, which come back; false when there is none of this id, or it is not `only` so. */
function* replaceSession(
  tx: Tx,
  id: Buffer,
  by: Partial<Pick<Session, "id" | "factors" | "provenAt" | "keyHash">>,
  only?: SQL,
): Work<boolean> {
  const { db, t } = tx;
  const one = and(eq(t.sessions.id, id), only);
  const replaced = yield* first(db.update(t.sessions).set(by).where(one).returning());
  if (!replaced) return false;
  tx.emit({ kind: "session.replaced", session: named(id), userId: replaced.userId });
  return true;
}

/** The query for a session with its user. Its values are the id alone, so that it can be prepared. */
export const foundSession = (
  { db, t: { sessions, users } }: Pick<Reading, "db" | "t">,
  id: Buffer | Placeholder,
) =>
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
      hasCode: sql`exists (select 1 from totp where user_id = users.id)`.mapWith(Boolean).as("has_code"),
      hasPasskey: sql`exists (select 1 from passkeys where user_id = users.id)`
        .mapWith(Boolean)
        .as("has_passkey"),
      hasRecovery: sql`users.has_recovery = 1`.mapWith(Boolean).as("has_recovery"),
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.id, id), isNotNull(users.name), sql`${users.status} = 'active'`));

const named = (id: Buffer) => id.toString("base64url");
