import { Refusal } from "../../refusal.ts";

/** SQLite reports a full disk as FULL, and as an I/O error where it could not grow the files beside the database. */
const fullCodes = new Set([
  "ENOSPC",
  "SQLITE_FULL",
  "SQLITE_IOERR_WRITE",
  "SQLITE_IOERR_SHMSIZE",
  "SQLITE_IOERR_FSYNC",
]);

/** Runs synchronous database work as a promise; a full disk becomes a refusal, any other failure stays an error. */
export async function guarded<T>(work: () => T): Promise<T> {
  try {
    return work();
  } catch (error) {
    if (isFull(error)) throw new Refusal("storage_full", { retryAfter: 5000 });
    throw error;
  }
}

/** Whether a failure means that the disk, or the database, may not grow. */
export const isFull = (error: unknown): boolean =>
  causes(error).some((cause) => fullCodes.has((cause as { code?: string }).code ?? ""));

function causes(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}
