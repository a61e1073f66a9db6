import { eq, type SQL, sql } from "drizzle-orm";
import type { Role } from "../../protocol/roles.ts";
import { keyOf } from "../new-user.ts";
import { foundSession } from "../sessions.ts";
import type { Store } from "../store.ts";
import { type SelectedUser, selectedUser, toUser } from "../users.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { ormOf } from "./orm.ts";
import { prepared } from "./prepared.ts";
import * as schema from "./schema.ts";

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

/** Finds sessions by a prepared statement, since every request and every command of a socket asks for one. */
export function sessionLookup(db: Db): Store["sessions"]["find"] {
  const reading = { db: ormOf(db), t: schema };
  const find = prepared<Row, [id: Buffer]>(db, foundSession(reading, sql.placeholder("id")));
  return (id) =>
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
    });
}

/** Finds accounts by prepared statements, since every sign-in and every proof asks for one. */
export function userLookup(db: Db): Pick<Store["users"], "byName" | "byId"> {
  const reading = { db: ormOf(db), t: schema };
  const { users } = schema;
  const by = (which: SQL) => {
    // The types are PostgreSQL's, whose prepared queries are others.
    const query = selectedUser(reading, which) as unknown as { prepare(): Prepared };
    const prepared = query.prepare();
    return (value: string | number) => withDbErrors(() => toUser(prepared.get({ value }) ?? null));
  };
  const byKey = by(eq(users.nameKey, sql.placeholder("value")));
  return { byName: (name) => byKey(keyOf(name)), byId: by(eq(users.id, sql.placeholder("value"))) };
}

interface Prepared {
  get(values: { value: string | number }): SelectedUser | undefined;
}
