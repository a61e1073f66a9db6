import { findProgram } from "../find-program.ts";
import type { Ground } from "./ground.ts";
import { meter } from "./processor.ts";
import { startProcess } from "./server-process.ts";

/** A NATS server of the benchmark's own, on the servers' core. */
export interface Nats {
  url: string;
  /** As that of the database. */
  meter(): () => number | null;
  stop(): Promise<void>;
}

/** For the report, where rows are missing because of it. */
export const withoutNats = "NATS is not installed here, so nothing is said of it";

/** Starts NATS; null where it is not installed. */
export async function startNats({ cores }: Ground): Promise<Nats | null> {
  const program = findProgram("nats-server");
  if (program === null) return null;
  // It logs to the standard error.
  const command = ["sh", "-c", 'exec "$0" "$@" 2>&1', program, "-a", "127.0.0.1", "-p", "-1"];
  const port = /Listening for client connections on 127\.0\.0\.1:(\d+)/;
  const server = await startProcess({ command, env: {}, port }, cores);
  return {
    url: `nats://127.0.0.1:${server.port}`,
    meter: () => meter(server.pid),
    stop: () => server.crash(),
  };
}
