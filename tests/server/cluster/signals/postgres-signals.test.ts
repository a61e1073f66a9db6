import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQL } from "bun";
import { startPostgres } from "../../../../scripts/postgres.ts";
import { postgresSignals } from "../../../../server/cluster/postgres-signals.ts";
import { frameText } from "../../../../server/cluster/signal-frame.ts";
import type { Signal } from "../../../../server/cluster/signals.ts";
import { system } from "../../../../server/system.ts";
import { freshDatabase } from "../../../support/postgres.ts";
import { type Carrier, carrierSuite } from "./carrier.ts";
import { grown } from "./listener.ts";

describe("over PostgreSQL", () => {
  carrierSuite(onPostgres, 8000);
});

const secret = new Uint8Array(32).fill(5);
const signalsOn = (url: string, node: string, report: (error: unknown) => void = () => {}) =>
  postgresSignals({ url, node, secret, epoch: () => "e".repeat(32), system, report });

test("any other role of the database hears nothing in clear, and nothing it says is believed", async () => {
  const url = await freshDatabase();
  const [a, b] = [signalsOn(url, "a"), signalsOn(url, "b")];
  const heard: Signal[] = [];
  const arrived = Promise.withResolvers<void>();
  await b.listen(
    (signal) => {
      heard.push(signal);
      if (signal.kind === "grown") arrived.resolve();
    },
    () => {},
  );
  const stranger = new SQL({ url, max: 1 });
  const overheard: string[] = [];
  const subscription = await stranger.listen("secure_chat", (payload) => overheard.push(payload));
  const forged = frameText(
    "c",
    "c".repeat(32),
    "e".repeat(32),
    0,
    JSON.stringify([grown("group", 1, ["forged"])]),
  );
  for (const payload of [forged, Buffer.from(forged).toString("base64"), "", "%"])
    await stranger.notify("secure_chat", payload);
  a.send(grown("group", 1, ["my secret is 4711"]));
  await arrived.promise;
  expect(heard).toEqual([grown("group", 1, ["my secret is 4711"])]);
  expect(b.counts.refused).toBe(4);
  expect(overheard.map((each) => each + Buffer.from(each, "base64").toString("latin1")).join()).not.toContain(
    "4711",
  );
  await subscription.unlisten();
  await Promise.all([a.close(), b.close(), stranger.close()]);
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
    node: (node, report = () => {}) => signalsOn(url, node, report),
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
