import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { SQL } from "bun";
import { type Postgres, startPostgres } from "../../scripts/postgres.ts";
import type { Guard } from "./guard.ts";
import type { Interval } from "./invariants.ts";
import { type Network, range } from "./network.ts";

/** A server beside the nodes that can be killed and started again as it was. */
export interface Companion {
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** PostgreSQL on a folder of its own, as careful as it comes. */
export async function lastingPostgres(watched: Guard, network: Network) {
  const folder = join(watched.folder, "postgres");
  const options = {
    listen_addresses: ["127.0.0.1", ...network.databaseAddresses].join(","),
    max_connections: "150",
  };
  const outages: Interval[] = [];
  let running: Postgres;
  let ended: Promise<unknown> = Promise.resolve();
  async function start(port?: number): Promise<void> {
    running = await again(() => startPostgres({ folder, port, options }));
    const { pid } = running;
    ended = gone(pid);
    watched.watch({ pid, exited: ended });
  }
  await start();
  const { url, port } = running!;
  appendFileSync(join(folder, "pg_hba.conf"), `host all all ${range} trust\n`);
  running!.kill("SIGHUP");
  return {
    url,
    port,
    /** When it was away; the latest may still be going on. */
    outages: outages as readonly Interval[],
    async start() {
      await start(port);
      outages.at(-1)!.to = Date.now();
    },
    async kill() {
      outages.push({ from: Date.now(), to: Number.POSITIVE_INFINITY });
      running.kill("SIGKILL");
      await ended;
    },
  };
}

/** What the former life of a server leaves behind may be in the way for a moment. */
async function again<T>(work: () => Promise<T>, tries = 10): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (--tries === 0) throw error;
      await Bun.sleep(200);
    }
  }
}

/** Resolves when there is no such process any more; it is looked for, because it may be that of a program that started it. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await Bun.sleep(20);
  }
}

/** Runs statements as the superuser, on a connection of their own. */
export async function asSuperuser<T>(url: string, work: (sql: SQL) => Promise<T>): Promise<T> {
  const sql = new SQL({ url, max: 1, connectionTimeout: 5 });
  try {
    return await work(sql);
  } finally {
    await sql.close({ timeout: 0 });
  }
}
