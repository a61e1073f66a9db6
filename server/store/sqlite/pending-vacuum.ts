import { eq, sql } from "drizzle-orm";
import type { Reading } from "../transaction.ts";
import type { Writer } from "./audit.ts";
import type { Db } from "./open.ts";
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

/** The same on the old tables. */
export function notePendingVacuum(db: Writer): void {
  const value = sql`hex(randomblob(16))`;
  db.insert(meta).values({ key, value }).onConflictDoUpdate({ target: meta.key, set: { value } }).run();
}

/** What the latest deletion noted; null where the database is older than the note. */
export const notedIn = (db: Db): string | null =>
  db.select().from(meta).where(eq(meta.key, key)).get()?.value ?? null;

/** A database that is older than the note may hold anything. */
export const isVacuumPending = (db: Db): boolean => notedIn(db) !== none;

/** Says that there are no traces, where nothing was deleted since that was noted. */
export function clearPendingVacuum(db: Db, noted: string | null): void {
  const unchanged = eq(meta.value, noted ?? "");
  db.insert(meta)
    .values({ key, value: none })
    .onConflictDoUpdate({ target: meta.key, set: { value: none }, setWhere: unchanged })
    .run();
}

/** Where nobody ever had an account, nothing was deleted. */
export function beginWithoutPendingVacuum(db: Db): void {
  if (notedIn(db) === null && !db.select({ id: users.id }).from(users).limit(1).get())
    clearPendingVacuum(db, null);
}
