import { and, eq, isNotNull, isNull, ne, type SQL, sql } from "drizzle-orm";
import { toPerson } from "../../protocol/person.ts";
import { may } from "../../protocol/roles.ts";
import type { Actor } from "../authority.ts";
import type { NewAuditEntry } from "../transaction.ts";
import type { User, Users } from "../users.ts";
import { alertUser } from "./alerts.ts";
import { log, type Writer } from "./audit.ts";
import { requireAuthorityOver } from "./authority.ts";
import { withDbErrors } from "./db-errors.ts";
import { addUser, keyOf } from "./new-user.ts";
import type { Db } from "./open.ts";
import { forgetUser, revokeInvites } from "./removed-user.ts";
import { sessions, users } from "./schema.ts";
import { tickets } from "./schema-access.ts";

/** What is read of an account. The names in SQL are spelled out: of one table alone, drizzle names no table. */
const columns = {
  id: users.id,
  name: users.name,
  passwordHash: users.passwordHash,
  role: users.role,
  status: users.status,
  statusReason: users.statusReason,
  mutedUntil: users.mutedUntil,
  createdAt: users.createdAt,
  lastSignInAt: users.lastSignInAt,
  hasCode: sql<number>`exists (select 1 from totp where totp.user_id = users.id)`,
  hasPasskey: sql<number>`exists (select 1 from passkeys where passkeys.user_id = users.id)`,
  hasRecovery: users.hasRecovery,
};

export function sqliteUsers(db: Db): Users {
  const byName = db
    .select(columns)
    .from(users)
    .where(eq(users.nameKey, sql.placeholder("key")))
    .prepare();
  const byId = db
    .select(columns)
    .from(users)
    .where(eq(users.id, sql.placeholder("id")))
    .prepare();
  const there = (id: number) => and(eq(users.id, id), isNotNull(users.name));
  const thereBelow = (id: number) => and(there(id), ne(users.role, "owner"));

  /** Changes somebody who has an account, and logs that; false where there is nobody. */
  const change = (
    id: number,
    values: Partial<typeof users.$inferInsert>,
    entry: NewAuditEntry | undefined,
    also: (tx: Parameters<Parameters<Db["transaction"]>[0]>[0]) => void = () => {},
    { actor, who = there(id) }: { actor?: Actor | undefined; who?: SQL | undefined } = {},
  ): Promise<boolean> =>
    withDbErrors(() =>
      db.transaction((tx) => {
        requireAuthorityOver(tx, actor, id, values.status);
        const changed = tx.update(users).set(values).where(who).returning({ id: users.id }).get();
        if (!changed) return false;
        also(tx);
        log(tx, entry);
        return true;
      }),
    );

  return {
    create: (user, newAccount = {}) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          const id = addUser(tx, user, newAccount);
          return id === null ? null : toUser(tx.select(columns).from(users).where(eq(users.id, id)).get());
        }),
      ),
    byName: (name) => withDbErrors(() => toUser(byName.get({ key: keyOf(name) }))),
    byId: (id) => withDbErrors(() => toUser(byId.get({ id }))),
    directory: () =>
      withDbErrors(() =>
        db
          .select({ id: users.id, name: users.name, role: users.role, status: users.status })
          .from(users)
          .orderBy(users.id)
          .all()
          .map(toPerson),
      ),
    muted: () =>
      withDbErrors(() =>
        db
          .select({ id: users.id, until: users.mutedUntil })
          .from(users)
          .where(isNotNull(users.mutedUntil))
          .all()
          .map(({ id, until }) => ({ id, until: until! })),
      ),
    overview: (seenAfter, createdAfter) =>
      withDbErrors(() =>
        db
          .select({
            ...columns,
            sessions: sql<number>`(
              select count(*) from sessions where sessions.user_id = users.id
                and sessions.seen_at > ${seenAfter} and sessions.created_at > ${createdAfter})`,
          })
          .from(users)
          .where(isNotNull(users.name))
          .orderBy(users.id)
          .all()
          .map(({ sessions, ...row }) => {
            const { passwordHash, ...person } = toUser(row)!;
            return { ...person, sessions };
          }),
      ),
    signedIn: (id, at) =>
      withDbErrors(() => void db.update(users).set({ lastSignInAt: at }).where(eq(users.id, id)).run()),
    setPassword(id, passwordHash, was, _by, entry, alert) {
      const stands = was === null ? isNull(users.passwordHash) : eq(users.passwordHash, was);
      const end = (tx: Writer) => {
        for (const table of [sessions, tickets]) tx.delete(table).where(eq(table.userId, id)).run();
        alertUser(tx, alert);
      };
      return change(id, { passwordHash }, entry, end, {
        who: and(there(id), eq(users.status, "active"), stands),
      });
    },
    setRole: (id, role, entry, actor) =>
      change(
        id,
        { role },
        entry,
        (tx) => {
          if (!may(role, "invites.manage")) revokeInvites(tx, id, entry.at);
        },
        { actor, who: thereBelow(id) },
      ),
    handOver: (from, to, entry) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          const isActive = eq(users.status, "active");
          const isOwner = and(eq(users.id, from), eq(users.role, "owner"), isActive);
          const isFit = and(there(to), isActive, ne(users.id, from));
          const [owner, heir] = [isOwner, isFit].map((is) =>
            tx.select({ id: users.id }).from(users).where(is).get(),
          );
          if (!owner || !heir) return false;
          tx.update(users).set({ role: "admin" }).where(eq(users.id, from)).run();
          tx.update(users).set({ role: "owner" }).where(eq(users.id, to)).run();
          log(tx, entry);
          return true;
        }),
      ),
    setStatus: (id, status, reason, entry, actor) =>
      change(
        id,
        { status, statusReason: reason },
        entry,
        (tx) => {
          if (status === "active") return;
          tx.delete(sessions).where(eq(sessions.userId, id)).run();
          tx.delete(tickets).where(eq(tickets.userId, id)).run();
          revokeInvites(tx, id, entry.at);
        },
        { actor },
      ),
    mute: (id, until, entry, actor) => change(id, { mutedUntil: until }, entry, undefined, { actor }),
    remove: (id, erase = false, entry, actor) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          requireAuthorityOver(tx, actor, id);
          if (forgetUser(tx, id, erase, entry?.at ?? 0)) log(tx, entry);
        }),
      ),
    erasing: () =>
      withDbErrors(() =>
        db
          .select({ id: users.id })
          .from(users)
          .where(eq(users.erasing, 1))
          .all()
          .map(({ id }) => id),
      ),
    erased: (id) =>
      withDbErrors(() => void db.update(users).set({ erasing: 0 }).where(eq(users.id, id)).run()),
  };
}

type Row = Omit<User, "name" | "hasCode" | "hasPasskey" | "hasRecovery"> & {
  name: string | null;
  hasCode: number;
  hasPasskey: number;
  hasRecovery: number;
};

/** A deleted account is nobody. */
function toUser(row: Row | undefined): User | null {
  if (row?.name == null) return null;
  const [hasCode, hasPasskey, hasRecovery] = [row.hasCode, row.hasPasskey, row.hasRecovery].map(
    (has) => has === 1,
  ) as [boolean, boolean, boolean];
  return { ...row, name: row.name, hasCode, hasPasskey, hasRecovery };
}
