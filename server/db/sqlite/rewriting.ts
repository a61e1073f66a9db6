import { Worker } from "node:worker_threads";
import type { Db } from "./open.ts";

/** What the thread answers: null, or what went wrong and its code. */
export type Rewritten = { message: string; code: string | undefined } | null;

/**
 * Writes the database file anew, in a thread and on a connection of its own: meanwhile everything can be read, and who
 * would write finds the database busy and is told so at once. What is deleted SQLite overwrites where it stands
 * (secure_delete), but not the copies it left in the unused part of a page when it moved rows to another; only VACUUM
 * leaves those behind (https://sqlite.org/lang_vacuum.html). Gives what went wrong, or null.
 */
export async function rewriteFile(db: Db): Promise<Error | null> {
  db.$client.run("PRAGMA busy_timeout = 0");
  try {
    const failure = await answerOf(db.$client.filename);
    return failure && Object.assign(new Error(failure.message), { code: failure.code });
  } finally {
    db.$client.run("PRAGMA busy_timeout = 100");
  }
}

function answerOf(path: string): Promise<Rewritten> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./rewriting-worker.ts", import.meta.url), { workerData: path });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`The thread that rewrites the database ended: ${code}`)));
  });
}
