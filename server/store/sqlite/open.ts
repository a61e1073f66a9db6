import { Database } from "bun:sqlite";
import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { migrate } from "drizzle-orm/bun-sqlite/migrator";
import { isFull } from "./db-errors.ts";

const migrations = join(import.meta.dir, "../../../drizzle/sqlite");

const pragmas = [
  // First, since the next one already waits for whoever holds the file.
  "busy_timeout = 5000",
  "journal_mode = WAL",
  "synchronous = FULL",
  "foreign_keys = ON",
  "cache_size = -16000",
  "journal_size_limit = 33554432",
  "trusted_schema = OFF",
  "secure_delete = ON",
];

export type Db = ReturnType<typeof openDatabase>;

/**
 * Opens the database file (or ":memory:"), made when missing and brought up to date by the migrations in `drizzle/`.
 * A commit is on disk when it returns: WAL with synchronous FULL syncs the log at each commit, so neither a killed
 * process nor a power cut loses it (https://sqlite.org/pragma.html#pragma_synchronous).
 */
export function openDatabase(path: string) {
  if (path !== ":memory:") makePrivate(path);
  const client = new Database(path, { create: true, strict: true });
  try {
    for (const pragma of pragmas) client.run(`PRAGMA ${pragma}`);
    const db = drizzle({ client });
    migrate(db, { migrationsFolder: migrations });
    // From here on the event loop waits with it: whoever finds the database busy is told so and asks again.
    client.run("PRAGMA busy_timeout = 100");
    return Object.assign(db, { close: () => close(client) });
  } catch (error) {
    client.close();
    throw error;
  }
}

/** The same file, which another thread has opened, over a connection that only reads. */
export function openReader(path: string): Db {
  const client = new Database(path, { readonly: true, strict: true });
  for (const pragma of ["busy_timeout = 1000", "cache_size = -8000", "trusted_schema = OFF"])
    client.run(`PRAGMA ${pragma}`);
  return Object.assign(drizzle({ client }), {
    close: () => client.close(),
  });
}

/**
 * Moves the log into the database file first, so that after a stop in good order the one file is the whole database.
 * On a full disk the log stays beside it, and is read from there at the next start.
 */
function close(client: Database) {
  try {
    client.run("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (error) {
    if (!isFull(error)) throw error;
  } finally {
    client.close();
  }
}

/** SQLite gives the log files beside the database its own mode, so making the file first with 0600 covers all three. */
function makePrivate(path: string) {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
}
