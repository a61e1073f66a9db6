import { Database } from "bun:sqlite";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Takes a folder's data for this process alone, by an exclusive lock on a file beside it that ends with the process,
 * however it ends. Gives a function that lets go, or null when another process holds it: two servers on one database
 * would store rightly, and hear nothing of each other.
 */
export function lockData(path: string): (() => void) | null {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
  const lock = new Database(path, { create: true });
  try {
    lock.run("PRAGMA busy_timeout = 2000");
    lock.run("BEGIN EXCLUSIVE");
    return () => lock.close();
  } catch (error) {
    lock.close();
    if (String((error as { code?: string }).code).startsWith("SQLITE_BUSY")) return null;
    throw error;
  }
}
