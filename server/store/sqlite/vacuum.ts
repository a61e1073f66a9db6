import { Worker } from "node:worker_threads";
import type { MissingRoom } from "../disk.ts";
import type { NativeMessages } from "../messages.ts";
import { isFull, withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { clearPendingVacuum, isVacuumPending, notedIn } from "./pending-vacuum.ts";

/** What the thread answers: that it is done, how much room it would need, or what went wrong and its code. */
export type Rewritten =
  | { kind: "done" }
  | { kind: "missing"; missing: MissingRoom }
  | { kind: "failed"; message: string; code: string | undefined };

export const sqliteVacuum = (db: Db): Pick<NativeMessages, "isVacuumPending" | "vacuum"> => ({
  isVacuumPending: () => withDbErrors(() => isVacuumPending(db)),
  vacuum: async () => {
    const noted = await withDbErrors(() => notedIn(db));
    const outcome = await rewriteFile(db);
    return withDbErrors(() => {
      if (outcome instanceof Error) throw outcome;
      if (outcome === null) clearPendingVacuum(db, noted);
      return outcome;
    });
  },
});

/** What was deleted stands in the log of the database too, until all of it is moved into the file. */
export function emptyLog(db: Db): void {
  try {
    db.$client.run("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (error) {
    // The message is deleted already; the log is emptied when there is room again, at the latest at the end.
    if (!isFull(error)) throw error;
  }
}

/**
 * Writes the database file anew, in a thread and on a connection of its own: meanwhile everything can be read, and who
 * would write finds the database busy and is told so at once. What is deleted SQLite overwrites where it stands
 * (secure_delete), but not the copies it left in the unused part of a page when it moved rows to another; only VACUUM
 * leaves those behind (https://sqlite.org/lang_vacuum.html). Gives null when it is done, or how much room it would take where
 * there is too little: then nothing was written; or what went wrong.
 */
async function rewriteFile(db: Db): Promise<MissingRoom | Error | null> {
  db.$client.run("PRAGMA busy_timeout = 0");
  try {
    const answer = await answerOf(db.$client.filename);
    if (answer.kind === "failed") return Object.assign(new Error(answer.message), { code: answer.code });
    return answer.kind === "missing" ? answer.missing : null;
  } finally {
    db.$client.run("PRAGMA busy_timeout = 100");
  }
}

function answerOf(path: string): Promise<Rewritten> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./vacuum-worker.ts", import.meta.url), { workerData: path });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`The thread that rewrites the database ended: ${code}`)));
  });
}
