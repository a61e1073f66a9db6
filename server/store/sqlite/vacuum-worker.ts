import { Database } from "bun:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { roomForRewriting } from "./rewriting-room.ts";
import type { Rewritten } from "./vacuum.ts";

parentPort!.postMessage(rewrite(workerData as string));

function rewrite(path: string): Rewritten {
  const client = new Database(path, { readwrite: true, create: false });
  try {
    // First the log is emptied: it gives back its room, and who reads the file from outside shows before anything is done.
    client.run("PRAGMA busy_timeout = 1000");
    if (!emptiesLog(client)) return beingRead();
    const { isInMemory, missing } = roomForRewriting(client);
    if (missing) return { kind: "missing", missing };
    client.run(`PRAGMA temp_store = ${isInMemory ? "MEMORY" : "FILE"}`);
    client.run("PRAGMA busy_timeout = 5000");
    vacuum(client);
    client.run("PRAGMA busy_timeout = 1000");
    // What was deleted is in the log of the database too, until all of it is moved into the file. Somebody who reads the file
    // from outside sees the former state, which has to stay in the log for as long.
    return emptiesLog(client) ? { kind: "done" } : beingRead();
  } catch (error) {
    return { kind: "failed", message: String(error), code: (error as { code?: string }).code };
  } finally {
    client.close();
  }
}

/** Where it breaks off, as on a disk that became full meanwhile, the log has grown for nothing, and gives that back at once. */
function vacuum(client: Database): void {
  try {
    client.run("VACUUM");
  } catch (error) {
    emptiesLog(client);
    throw error;
  }
}

function emptiesLog(client: Database): boolean {
  return client.query<{ busy: number }, []>("PRAGMA wal_checkpoint(TRUNCATE)").get()?.busy === 0;
}

function beingRead(): Rewritten {
  return { kind: "failed", message: "The log of the database is being read", code: "SQLITE_BUSY" };
}
