import { and, eq, isNotNull, isNull, ne, type SQL, sql } from "drizzle-orm";
import { toPerson } from "../../protocol/person.ts";
import { may } from "../../protocol/roles.ts";
import type { Actor } from "../authority.ts";
import type { NewAuditEntry } from "../transaction.ts";
import type { User, Users } from "../users.ts";
import { alertUser } from "./alerts.ts";
import { log } from "./audit.ts";
import { requireAuthorityOver } from "./authority.ts";
import { type Author, emit } from "./cluster-events.ts";
import { withDbErrors } from "./db-errors.ts";
import { endSessions } from "./ended-sessions.ts";
import { lockPeople } from "./locked-users.ts";
import { addUser, keyOf } from "./new-user.ts";
import type { Db, Transaction } from "./open.ts";
import { forgetUser, revokeInvites } from "./removed-user.ts";
import { tickets, users } from "./schema.ts";

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
  hasCode: sql<boolean>`exists (select from totp where totp.user_id = users.id)`,
  hasPasskey: sql<boolean>`exists (select from passkeys where passkeys.user_id = users.id)`,
  hasRecovery: sql<boolean>`users.has_recovery = 1`,
};

export function postgresUsers(db: Db, author: Author): Users {
  const there = (id: number) => and(eq(users.id, id), isNotNull(users.name));
  const thereBelow = (id: number) => and(there(id), ne(users.role, "owner"));

  /** Changes somebody who has an account, lets the nodes know, and logs it; false where there is nobody. */
  const change = (
    id: number,
    values: Partial<typeof users.$inferInsert>,
    entry: NewAuditEntry,
    also: (tx: Transaction) => Promise<unknown> = async () => {},
    { actor, who = there(id) }: { actor?: Actor | undefined; who?: SQL | undefined } = {},
  ): Promise<boolean> =>
    withDbErrors(() =>
      db.orm.transaction(async (tx) => {
        await requireAuthorityOver(tx, actor, id, values.status);
        if (!(await become(tx, id, values, who))) return false;
        await also(tx);
        await log(tx, entry);
        return true;
      }),
    );

  async function become(
    tx: Transaction,
    id: number,
    values: Partial<typeof users.$inferInsert>,
    who = there(id),
  ) {
    const [changed] = await tx.update(users).set(values).where(who).returning();
    if (changed?.name == null) return false;
    const { name, role, status, mutedUntil } = changed;
    const person = toPerson({ id, name, role, status });
    await emit(tx, author, { kind: "person.changed", person, status, mutedUntil });
    return true;
  }

  return {
    create: (user, newAccount = {}) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          const id = await addUser(tx, author, user, newAccount);
          return id === null ? null : toUser(await tx.select(columns).from(users).where(eq(users.id, id)));
        }),
      ),
    byName: (name) =>
      withDbErrors(async () =>
        toUser(
          await db.orm
            .select(columns)
            .from(users)
            .where(eq(users.nameKey, keyOf(name))),
        ),
      ),
    byId: (id) =>
      withDbErrors(async () => toUser(await db.orm.select(columns).from(users).where(eq(users.id, id)))),
    directory: () =>
      withDbErrors(async () => {
        const rows = await db.orm
          .select({ id: users.id, name: users.name, role: users.role, status: users.status })
          .from(users)
          .orderBy(users.id);
        return rows.map(toPerson);
      }),
    muted: () =>
      withDbErrors(async () => {
        const rows = await db.orm
          .select({ id: users.id, until: users.mutedUntil })
          .from(users)
          .where(isNotNull(users.mutedUntil));
        return rows.map(({ id, until }) => ({ id, until: until! }));
      }),
    overview: (seenAfter, createdAfter) =>
      withDbErrors(async () => {
        const count = sql<string>`(
          select count(*) from sessions where sessions.user_id = users.id
            and sessions.seen_at > ${seenAfter}::bigint and sessions.created_at > ${createdAfter}::bigint)`;
        const rows = await db.orm
          .select({ ...columns, sessions: count })
          .from(users)
          .where(isNotNull(users.name))
          .orderBy(users.id);
        return rows.map(({ sessions, ...row }) => {
          const { passwordHash, ...person } = toUser([row])!;
          return { ...person, sessions: Number(sessions) };
        });
      }),
    signedIn: (id, at) =>
      withDbErrors(async () => {
        await db.orm.update(users).set({ lastSignInAt: at }).where(eq(users.id, id));
      }),
    setPassword: (id, passwordHash, was, by, entry, alert) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          const stands = was === null ? isNull(users.passwordHash) : eq(users.passwordHash, was);
          const [changed] = await tx
            .update(users)
            .set({ passwordHash })
            .where(and(there(id), eq(users.status, "active"), stands))
            .returning({ id: users.id });
          if (!changed) return false;
          await endSessions(tx, author, id, { by });
          await tx.delete(tickets).where(eq(tickets.userId, id));
          await log(tx, entry);
          await alertUser(tx, alert);
          return true;
        }),
      ),
    setRole: (id, role, entry, actor) =>
      change(
        id,
        { role },
        entry,
        async (tx) => may(role, "invites.manage") || revokeInvites(tx, id, entry.at),
        {
          actor,
          who: thereBelow(id),
        },
      ),
    handOver: (from, to, entry) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          const rows = (await lockPeople(tx, [from, to])).filter(({ status }) => status === "active");
          const isOwner = rows.some(({ id, role }) => id === from && role === "owner");
          if (!isOwner || from === to || !rows.some(({ id }) => id === to)) return false;
          await become(tx, from, { role: "admin" });
          await become(tx, to, { role: "owner" });
          await log(tx, entry);
          return true;
        }),
      ),
    setStatus: (id, status, reason, entry, actor) =>
      change(
        id,
        { status, statusReason: reason },
        entry,
        async (tx) => {
          if (status === "active") return;
          await endSessions(tx, author, id);
          await tx.delete(tickets).where(eq(tickets.userId, id));
          await revokeInvites(tx, id, entry.at);
        },
        { actor },
      ),
    mute: (id, until, entry, actor) => change(id, { mutedUntil: until }, entry, undefined, { actor }),
    remove: (id, erase = false, entry, actor) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          await requireAuthorityOver(tx, actor, id);
          if (await forgetUser(tx, author, id, erase, entry?.at ?? author.now())) await log(tx, entry);
        }),
      ),
    erasing: () =>
      withDbErrors(async () => {
        const rows = await db.orm.select({ id: users.id }).from(users).where(eq(users.erasing, 1));
        return rows.map(({ id }) => id);
      }),
    erased: (id) =>
      withDbErrors(async () => {
        await db.orm.update(users).set({ erasing: 0 }).where(eq(users.id, id));
      }),
  };
}

/** A deleted account is nobody. */
function toUser([row]: (Omit<User, "name"> & { name: string | null })[]): User | null {
  return row?.name == null ? null : { ...row, name: row.name };
}
