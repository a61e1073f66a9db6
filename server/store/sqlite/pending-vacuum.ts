import { eq, sql } from "drizzle-orm";
import type { Reading } from "../transaction.ts";
import type { Db } from "./open.ts";
import { ormOf, rowsOf, run } from "./orm.ts";
import { meta, users } from "./schema.ts";

// A note of what may be left in the file of what was deleted, in `meta`, so that no restart forgets it. Each deletion
// notes another value, by which the end of a rewriting tells what came after its beginning.

const key = "traces";
const none = "none";

/** To be run in the transaction of a deletion. */
export function pendingVacuumNote({ db, t }: Pick<Reading, "db" | "t">) {
  const value = sql`hex(randomblob(16))`;
  return db.insert(t.meta).values({ key, value }).onConflictDoUpdate({ target: t.meta.key, set: { value } });
}

/** What the latest deletion noted; null where the database is older than the note. */
export const notedIn = (db: Db): string | null =>
  rowsOf(ormOf(db).select().from(meta).where(eq(meta.key, key)))[0]?.value ?? null;

/** A database that is older than the note may hold anything. */
export const isVacuumPending = (db: Db): boolean => notedIn(db) !== none;

/** Says that there are no traces, where nothing was deleted since that was noted. */
export function clearPendingVacuum(db: Db, noted: string | null): void {
  const unchanged = eq(meta.value, noted ?? "");
  run(
    ormOf(db)
      .insert(meta)
      .values({ key, value: none })
      .onConflictDoUpdate({ target: meta.key, set: { value: none }, setWhere: unchanged }),
  );
}

/** Where nobody ever had an account, nothing was deleted. */
export function beginWithoutPendingVacuum(db: Db): void {
  const [someone] = rowsOf(ormOf(db).select({ id: users.id }).from(users).limit(1));
  if (notedIn(db) === null && !someone) clearPendingVacuum(db, null);
}
