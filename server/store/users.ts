import { and, eq, isNotNull, isNull, ne, type SQL, sql } from "drizzle-orm";
import type { ChatEvent } from "../protocol/events.ts";
import { toPerson } from "../protocol/person.ts";
import { type AccountStatus, may, type Role } from "../protocol/roles.ts";
import { addAlert, type NewAlert } from "./alerts.ts";
import { type Actor, requireAuthorityOver } from "./authority.ts";
import { revokeInvites } from "./invites.ts";
import { lockPeople } from "./locked-users.ts";
import { addUser, keyOf, type NewAccount, type NewUser } from "./new-user.ts";
import { forgetUser } from "./removed-user.ts";
import { endSessions } from "./sessions.ts";
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

export interface User {
  id: number;
  name: string;
  /** Null where the account has no password, but other ways in. */
  passwordHash: string | null;
  role: Role;
  status: AccountStatus;
  statusReason: string | null;
  mutedUntil: number | null;
  /** Whether codes of an authenticator app are set up. */
  hasCode: boolean;
  hasPasskey: boolean;
  /** Whether recovery codes were given with these, used up or not. Accounts from before have none with their passkeys. */
  hasRecovery: boolean;
  createdAt: number;
  lastSignInAt: number | null;
}

/** An account as the admins see it. */
export interface PersonOverview extends Omit<User, "passwordHash"> {
  /** How many sessions there are, expired ones left out by the caller's clock: seen since, begun since. */
  sessions: number;
}

export const users = {
  /**
   * Adds an account with what belongs to it, and makes it a member of the group, which starts out as read; null when the
   * name is taken, or looks like one that is. The role is `member`, or `owner` where the server is set up by it. The entry of
   * the audit log names the new account as its actor and subject.
   */
  create: transaction(function* (tx, user: NewUser, newAccount: NewAccount = {}) {
    const id = yield* addUser(tx, user, newAccount);
    return id === null ? null : toUser(yield* first(selectedUser(tx, eq(tx.t.users.id, id))));
  }),

  /** Without regard to case; null when there is none. */
  byName: statement(function* (reading, name: string) {
    return toUser(yield* first(selectedUser(reading, eq(reading.t.users.nameKey, keyOf(name)))));
  }),

  byId: statement(function* (reading, id: number) {
    return toUser(yield* first(selectedUser(reading, eq(reading.t.users.id, id))));
  }),

  /** Everyone who has or had an account, by id, with who is suspended or banned. */
  directory: statement(function* ({ db, t: { users } }) {
    const { id, name, role, status } = users;
    return (yield* rows(db.select({ id, name, role, status }).from(users).orderBy(id))).map(toPerson);
  }),

  /** Those who may not write for the time being, and until when. */
  muted: statement(function* ({ db, t: { users } }) {
    const { id, mutedUntil } = users;
    const found = yield* rows(db.select({ id, mutedUntil }).from(users).where(isNotNull(mutedUntil)));
    return found.map(({ id, mutedUntil }) => ({ id, until: mutedUntil! }));
  }),

  /** Those who do not show how far they have read. */
  discreet: statement(function* ({ db, t: { users }, words }) {
    // What is false in JSON is 0 for SQLite, and a word for PostgreSQL.
    const hidden = sql`cast(${words.field(users.preferences, "showRead")} as text) in ('0', 'false')`;
    return (yield* rows(db.select({ id: users.id }).from(users).where(hidden))).map(({ id }) => id);
  }),

  /** Everyone who has an account, by id, counting the sessions seen since `seenAfter` and begun since `createdAfter`. */
  overview: statement(function* ({ db, t }, seenAfter: number, createdAfter: number) {
    const sessions = sql`(
      select count(*) from sessions where sessions.user_id = users.id
        and sessions.seen_at > cast(${seenAfter} as bigint) and sessions.created_at > cast(${createdAfter} as bigint))`;
    const { passwordHash: _, ...columns } = columnsOf(t);
    const found = yield* rows(
      db
        .select({ ...columns, sessions: sessions.mapWith(Number) })
        .from(t.users)
        .where(isNotNull(t.users.name))
        .orderBy(t.users.id),
    );
    return found.map((row): PersonOverview => ({ ...row, name: row.name! }));
  }),

  signedIn: statement(function* ({ db, t }, id: number, at: number) {
    yield* done(db.update(t.users).set({ lastSignInAt: at }).where(eq(t.users.id, id)));
  }),

  /**
   * Sets another password and ends all sessions and tickets of the account, all or nothing; `by` is the session that asked for
   * it, and `notice` is what the devices hear before they have to go. False where the account is not active, or its password is not the one any more that `was` there when it was proven.
   */
  setPassword: transaction(function* (
    tx,
    id: number,
    passwordHash: string,
    was: string | null,
    by?: Buffer,
    entry?: NewAuditEntry,
    alert?: NewAlert,
    notice?: ChatEvent,
  ) {
    const { users } = tx.t;
    const stands = was === null ? isNull(users.passwordHash) : eq(users.passwordHash, was);
    const who = and(eq(users.id, id), isNotNull(users.name), eq(users.status, "active"), stands);
    if (!(yield* some(tx.db.update(users).set({ passwordHash }).where(who).returning()))) return false;
    if (notice) tx.emit({ kind: "user.notified", userId: id, event: notice });
    yield* addAlert(tx, alert);
    yield* endSessions(tx, id, { by });
    yield* endTickets(tx, id);
    yield* tx.audit(entry);
    return true;
  }),

  /**
   * Revokes the invitations of a person whose new role may not invite. False where the account is gone, or is the owner's. With an
   * actor it is refused where that one may not; so below.
   */
  setRole: transaction(function* (tx, id: number, role: Role, entry: NewAuditEntry, actor?: Actor) {
    yield* requireAuthorityOver(tx, actor, id);
    if (!(yield* change(tx, id, { role }, ne(tx.t.users.role, "owner")))) return false;
    if (!may(role, "invites.manage")) yield* revokeInvites(tx, id, entry.at);
    yield* tx.audit(entry);
    return true;
  }),

  /** The owner becomes an admin and another becomes the owner; false where either is not, or not active. */
  handOver: transaction(function* (tx, from: number, to: number, entry: NewAuditEntry) {
    const active = (yield* lockPeople(tx, [from, to])).filter(({ status }) => status === "active");
    const isOwner = active.some(({ id, role }) => id === from && role === "owner");
    if (!isOwner || from === to || !active.some(({ id }) => id === to)) return false;
    yield* change(tx, from, { role: "admin" });
    yield* change(tx, to, { role: "owner" });
    yield* tx.audit(entry);
    return true;
  }),

  /** Anything but `active` ends all sessions with it, the tickets of the account and its invitations. False where the account is gone. */
  setStatus: transaction(function* (
    tx,
    id: number,
    status: AccountStatus,
    reason: string | null,
    entry: NewAuditEntry,
    actor?: Actor,
  ) {
    yield* requireAuthorityOver(tx, actor, id, status);
    if (!(yield* change(tx, id, { status, statusReason: reason }))) return false;
    if (status !== "active") {
      yield* endSessions(tx, id);
      yield* endTickets(tx, id);
      yield* revokeInvites(tx, id, entry.at);
    }
    yield* tx.audit(entry);
    return true;
  }),

  /** Null lets the person write again. False where the account is gone. */
  mute: transaction(function* (tx, id: number, until: number | null, entry: NewAuditEntry, actor?: Actor) {
    yield* requireAuthorityOver(tx, actor, id);
    if (!(yield* change(tx, id, { mutedUntil: until }))) return false;
    yield* tx.audit(entry);
    return true;
  }),

  /**
   * Forgets name, password, role, factors, identities, tickets, sessions, memberships, and reports made; revokes the
   * invitations made. Messages stay, under the id; with `erase` the account is marked for `erasing`. Refuses the owner's as
   * `owner_stays`.
   */
  remove: transaction(function* (tx, id: number, erase?: boolean, entry?: NewAuditEntry, actor?: Actor) {
    yield* requireAuthorityOver(tx, actor, id);
    if (yield* forgetUser(tx, id, erase ?? false, entry?.at ?? 0)) yield* tx.audit(entry);
  }),

  /** Deleted accounts whose messages are still to be removed. */
  erasing: statement(function* ({ db, t: { users } }) {
    const found = yield* rows(db.select({ id: users.id }).from(users).where(eq(users.erasing, 1)));
    return found.map(({ id }) => id);
  }),

  /** Says that there is nothing left of an account to be removed. */
  erased: statement(function* ({ db, t: { users } }, id: number) {
    yield* done(db.update(users).set({ erasing: 0 }).where(eq(users.id, id)));
  }),
};

/** Changes somebody who has an account, and is `only` so; false where there is nobody such. */
function* change(
  { db, t: { users }, emit }: Tx,
  id: number,
  values: Partial<Pick<User, "role" | "status" | "statusReason" | "mutedUntil">>,
  only?: SQL,
): Work<boolean> {
  const who = and(eq(users.id, id), isNotNull(users.name), only);
  const changed = yield* first(db.update(users).set(values).where(who).returning());
  if (!changed) return false;
  const { name, role, status, mutedUntil } = changed;
  const person = toPerson({ id, name, role, status });
  emit({ kind: "person.changed", person, status, mutedUntil });
  return true;
}

function* endTickets({ db, t }: Tx, userId: number): Work<void> {
  yield* done(db.delete(t.tickets).where(eq(t.tickets.userId, userId)));
}

/** The query for an account. SQLite prepares it. */
export const selectedUser = ({ db, t }: Pick<Reading, "db" | "t">, which: SQL) =>
  db.select(columnsOf(t)).from(t.users).where(which);

/** What is read of an account. The names in SQL are spelled out: of one table alone, Drizzle names no table. */
const columnsOf = ({ users }: Reading["t"]) => ({
  id: users.id,
  name: users.name,
  passwordHash: users.passwordHash,
  role: users.role,
  status: users.status,
  statusReason: users.statusReason,
  mutedUntil: users.mutedUntil,
  createdAt: users.createdAt,
  lastSignInAt: users.lastSignInAt,
  hasCode: sql<boolean>`exists (select 1 from totp where totp.user_id = users.id)`.mapWith(Boolean),
  hasPasskey: sql<boolean>`exists (select 1 from passkeys where passkeys.user_id = users.id)`.mapWith(
    Boolean,
  ),
  hasRecovery: sql<boolean>`users.has_recovery = 1`.mapWith(Boolean),
});

/** A deleted account is nobody. */
export const toUser = (row: SelectedUser | null): User | null =>
  row?.name == null ? null : { ...row, name: row.name };

export type SelectedUser = Awaited<ReturnType<typeof selectedUser>>[number];
