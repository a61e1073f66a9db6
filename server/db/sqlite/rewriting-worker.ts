import { Database } from "bun:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { Rewritten } from "./rewriting.ts";

parentPort!.postMessage(rewrite(workerData as string));

function rewrite(path: string): Rewritten {
  const client = new Database(path, { readwrite: true, create: false });
  try {
    client.run("PRAGMA busy_timeout = 5000");
    client.run("VACUUM");
    client.run("PRAGMA busy_timeout = 1000");
    // What was deleted is in the log of the database too, until all of it is moved into the file.
    const [moved] = client.query<{ busy: number }, []>("PRAGMA wal_checkpoint(TRUNCATE)").all();
    // Somebody reads the file from outside; what they see has to stay in the log for as long.
    if (moved?.busy === 1) return { message: "The log of the database is being read", code: "SQLITE_BUSY" };
    return null;
  } catch (error) {
    return { message: String(error), code: (error as { code?: string }).code };
  } finally {
    client.close();
  }
}
