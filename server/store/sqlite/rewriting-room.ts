import type { Database } from "bun:sqlite";
import { accessSync, constants, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import type { MissingRoom } from "../disk.ts";
import { freeIn } from "./free-room.ts";

/** What is left free for what people write meanwhile and afterwards, whatever happens: twice what the log takes as a rule. */
const margin = 8 * 1024 * 1024;
/** A database up to this size is gathered in memory, so that its disk needs to hold it once more only, and not twice. */
const inMemoryMax = 64 * 1024 * 1024;
/** What the log has beside each page. */
const frameHeader = 24;

/**
 * What VACUUM needs: it writes what is in use into a temporary database, and all of that once more into the log, before
 * the file itself becomes smaller (https://sqlite.org/lang_vacuum.html#how_vacuum_works). To be called when the log is empty.
 */
export function roomForRewriting(client: Database) {
  const value = (name: string) => Object.values(client.query(`PRAGMA ${name}`).get() as object)[0] as number;
  const pages = value("page_count") - value("freelist_count");
  const pageSize = value("page_size");
  const isInMemory = pages * pageSize <= inMemoryMax;
  const log = pages * (pageSize + frameHeader);
  return { isInMemory, missing: missingFor(client.filename, log, isInMemory ? 0 : pages * pageSize) };
}

function missingFor(path: string, log: number, temporary: number): MissingRoom | null {
  const folder = dirname(path);
  const remotePresence = temporary === 0 ? folder : temporaryFolder();
  if (statSync(folder).dev === statSync(remotePresence).dev) return missingIn(folder, log + temporary);
  return missingIn(folder, log) ?? missingIn(remotePresence, temporary);
}

function missingIn(folder: string, bytes: number): MissingRoom | null {
  const free = freeIn(folder);
  const needed = bytes + margin;
  return free === null || free >= needed ? null : { needed, free, folder };
}

/** Where SQLite puts what is temporary (https://sqlite.org/tempfiles.html#temporary_file_storage_locations). */
function temporaryFolder(): string {
  const chosen = tmpdir();
  const folders = ["/var/tmp", "/usr/tmp", "/tmp"];
  return (chosen === "/tmp" ? folders : [chosen, ...folders]).find(mayWrite) ?? ".";
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}
