import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startPostgres } from "../postgres.ts";
import type { Ground } from "./ground.ts";
import { adopt } from "./server-process.ts";
import { removeFolder, temporaryFolder } from "./temporary.ts";

/** A PostgreSQL of the benchmark's own with nothing in it, as careful with the disk as it is by itself, on the servers' core. */
export async function startDatabase({ cores }: Ground): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = temporaryFolder();
  // Where the server has to run as another user, that one has to pass through.
  chmodSync(folder, 0o711);
  const data = join(folder, "data");
  const { promise: exited, resolve: ended } = Promise.withResolvers<unknown>();
  adopt({ exited, kill: (signal) => killPostgres(data, signal) });
  const starting = startPostgres({ folder: data });
  // One that does not come up is gone as well.
  starting.then((postgres) => postgres.exited).then(ended, ended);
  const postgres = await starting;
  cores.toServerCore(familyOf(postgres.pid));
  return {
    url: postgres.url,
    async stop() {
      await postgres.stop();
      removeFolder(folder);
    },
  };
}

/** Ends the one that runs on a folder, by the number it left there, so that none outlives the benchmark that is just starting it. */
function killPostgres(data: string, signal: NodeJS.Signals): void {
  const path = join(data, "postmaster.pid");
  if (!existsSync(path)) return;
  const pid = Number(readFileSync(path, "utf8").split("\n")[0]);
  // With its children, which would otherwise write for a moment yet where nothing is any more.
  for (const member of familyOf(pid).reverse()) {
    try {
      process.kill(member, signal);
    } catch (error) {
      // One that has just ended by itself needs no killing.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** A process and those it has started itself, as far as the system tells. */
function familyOf(pid: number): number[] {
  if (process.platform !== "linux") return [pid];
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return [pid, ...children.split(" ").filter(Boolean).map(Number)];
}
