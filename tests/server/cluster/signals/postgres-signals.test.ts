import { describe } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQL } from "bun";
import { startPostgres } from "../../../../scripts/postgres.ts";
import { postgresSignals } from "../../../../server/cluster/postgres-signals.ts";
import { system } from "../../../../server/system.ts";
import { type Carrier, carrierSuite } from "./carrier.ts";

describe("over PostgreSQL", () => {
  carrierSuite(onPostgres, 8000);
});

/** A server of its own, since it is killed. */
async function onPostgres(): Promise<Carrier> {
  const folder = mkdtempSync(join(tmpdir(), "secure-chat-signals-"));
  const settings = { folder: join(folder, "postgres"), options: { fsync: "off" } };
  let server = await startPostgres(settings);
  const { url, port } = server;
  let stopped: number[] = [];
  const kill = (pids: number[], signal: NodeJS.Signals) => {
    for (const pid of pids) process.kill(pid, signal);
  };
  return {
    node: (node, report = () => {}) => postgresSignals({ url, node, system, report }),
    async crash() {
      server.kill("SIGKILL");
      await gone(server.pid);
    },
    async comesBack() {
      server = await startPostgres({ ...settings, port });
    },
    async freeze() {
      const sql = new SQL({ url, max: 1 });
      const rows: { pid: number }[] =
        await sql`SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
      await sql.close();
      stopped = [server.pid, ...rows.map(({ pid }) => pid)];
      kill(stopped, "SIGSTOP");
    },
    thaw: () => kill(stopped, "SIGCONT"),
    async end() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Until then its port is taken. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
