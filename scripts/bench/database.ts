import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SQL } from "bun";
import { loadSecrets } from "../../server/config/secrets.ts";
import { beginCopy, finishCopy, setFacts } from "../../server/store/postgres/copy.ts";
import { markOfPepper } from "../../server/store/postgres/pepper.ts";
import { copyRows } from "../migrate-to-postgres/copy-rows.ts";
import { openSource } from "../migrate-to-postgres/source.ts";
import { withTarget } from "../migrate-to-postgres/target.ts";
import { startPostgres } from "../postgres.ts";
import type { Ground } from "./ground.ts";
import { familyOf, meter } from "./processor.ts";
import type { ServerFolder } from "./server-folder.ts";
import { adopt } from "./server-process.ts";
import { removeFolder, temporaryFolder } from "./temporary.ts";

/** A PostgreSQL of the benchmark's own, as careful with the disk as it is by itself, on the servers' core. */
export interface Database {
  /** The address of a new database with nothing in it. */
  create(): Promise<string>;
  /** The address of a new database that holds all of a folder, moved by the product's own code. */
  move(folder: ServerFolder): Promise<string>;
  /** Lets PostgreSQL plan anew by what a database holds now, as it does by itself after a minute. */
  analyze(url: string): Promise<void>;
  /** Starts counting what PostgreSQL costs; gives a function that tells the microseconds since, or null where they are not known. */
  meter(): () => number | null;
  stop(): Promise<void>;
}

export async function startDatabase({ cores }: Ground): Promise<Database> {
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
  const admin = new SQL({ url: postgres.url, max: 1, idleTimeout: 0 });
  let made = 0;

  const create = async () => {
    const name = `bench_${++made}`;
    await admin`create database ${admin(name)} template template0`;
    return Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
  };
  return {
    create,
    async move({ dataDir }) {
      const url = await create();
      await copy(dataDir, url);
      return url;
    },
    async analyze(url) {
      const sql = new SQL({ url, max: 1 });
      await sql`analyze`;
      await sql.close();
    },
    meter: () => meter(postgres.pid),
    async stop() {
      await admin.close({ timeout: 0 });
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

/** What `bun run migrate-to-postgres` does, without comparing. */
async function copy(dataDir: string, url: string): Promise<void> {
  const source = openSource(dataDir);
  const pepper = markOfPepper(loadSecrets(join(dataDir, "secrets.json")).pepper);
  const { name, epoch, last } = source;
  try {
    await withTarget(url, async (sql) => {
      const begun = await beginCopy(sql, {
        source: name,
        epoch,
        at: { table: "users", after: null },
        messages: 0,
      });
      const copied = await copyRows(source, sql, begun, () => {});
      await setFacts(sql, { epoch, pepper, last });
      await finishCopy(sql, copied);
    });
  } finally {
    source.close();
  }
}
