import { progress } from "../../server/logging/progress.ts";
import { type Postgres, startPostgres } from "../postgres.ts";

export interface Database {
  readonly url: string;
  /** Null for one that was here before. */
  readonly pid: number | null;
  stop(): Promise<void>;
}

const lookMs = 1000;

/** The PostgreSQL at this address or, without one, one of our own in the folder, which is started again when it ends. */
export async function database(given: string | null, folder: string): Promise<Database> {
  if (given !== null) return { url: given, pid: null, stop: async () => {} };

  let postgres: Postgres = await startPostgres({ folder });
  const { port, url } = postgres;
  let starting: Promise<void> | null = null;
  const watch = setInterval(() => {
    if (starting || lives(postgres.pid)) return;
    progress("PostgreSQL", "has ended, starts again");
    starting = startPostgres({ folder, port })
      .then(
        (again) => {
          postgres = again;
          progress("PostgreSQL", `is back, pid ${again.pid}`);
        },
        (error: Error) => progress("PostgreSQL", error.message),
      )
      .finally(() => {
        starting = null;
      });
  }, lookMs);
  return {
    url,
    get pid() {
      return postgres.pid;
    },
    async stop() {
      clearInterval(watch);
      await starting;
      await postgres.stop();
    },
  };
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
