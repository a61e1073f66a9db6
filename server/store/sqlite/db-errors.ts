import { Refusal } from "../../refusal.ts";

/** SQLite reports a full disk as FULL, and as an I/O error where it could not grow the files beside the database. */
const fullCodes = new Set([
  "ENOSPC",
  "SQLITE_FULL",
  "SQLITE_IOERR_WRITE",
  "SQLITE_IOERR_SHMSIZE",
  "SQLITE_IOERR_FSYNC",
]);

/** Another program is writing to the database, such as a backup. */
const busyCodes = new Set(["SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT"]);

/** Runs synchronous database work as a promise; a disk that is full or busy is a refusal, any other failure an error. */
export async function withDbErrors<T>(work: () => T): Promise<T> {
  try {
    return work();
  } catch (error) {
    if (isFull(error)) throw new Refusal("storage_full", { retryAfter: 5000 });
    if (has(error, busyCodes)) throw new Refusal("busy", { retryAfter: 1000 });
    throw error;
  }
}

/** Whether a failure means that the disk, or the database, may not grow. */
export const isFull = (error: unknown): boolean => has(error, fullCodes);

const has = (error: unknown, codes: Set<string>): boolean =>
  causes(error).some((cause) => codes.has((cause as { code?: string }).code ?? ""));

function causes(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}
