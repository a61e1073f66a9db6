import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ServerCertificate } from "../../server/certificates/ensure.ts";
import type { Interfaces } from "../../server/certificates/names.ts";
import { serverOrigins } from "../../server/certificates/urls.ts";
import type { Config } from "../../server/config/environment.ts";
import { progress, progressing } from "../../server/logging/progress.ts";
import { announceCluster } from "./announcement.ts";
import { type Balancer, balancerCommand, balancerEnv, tellingOf } from "./balancer.ts";
import { Child } from "./child.ts";
import { type Database, database } from "./database.ts";
import { type Node, nodes } from "./nodes.ts";
import { freePort, listening } from "./ports.ts";
import { prepare } from "./prepare.ts";

export interface ClusterWanted {
  /** Of the whole: where it is opened, and the folder that all of it shares. */
  config: Config;
  machine: { hostname: string; interfaces: Interfaces };
  nodes: number;
  balancer: { kind: Balancer; program: string } | null;
}

export interface Cluster {
  readonly nodes: readonly Node[];
  stop(): Promise<void>;
}

interface Parts {
  database?: Database;
  balancer?: Child;
  nodes: Node[];
  /** What goes from here on was told to. */
  stopping: boolean;
}

const patienceMs = 10_000;

/** Starts everything and tells where it is; when a part does not start, what was started is stopped again. */
export async function startCluster(wanted: ClusterWanted): Promise<Cluster> {
  const parts: Parts = { nodes: [], stopping: false };
  try {
    await startParts(parts, wanted);
  } catch (error) {
    await stop(parts);
    throw error;
  }
  return { nodes: parts.nodes, stop: () => stop(parts) };
}

async function startParts(parts: Parts, wanted: ClusterWanted): Promise<void> {
  const { config, balancer } = wanted;
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  for (const sentence of config.unused) progress("Settings", sentence);

  parts.database = await startDatabase(config);

  const balancerFiles = join(config.dataDir, "balancer");
  const { certificate, setUpToken } = await prepare({
    ...wanted.machine,
    dataDir: config.dataDir,
    tls: config.tls,
    databaseUrl: parts.database.url,
    balancerFiles,
  });

  const ports: number[] = [];
  while (ports.length < wanted.nodes) ports.push(await freePort());
  const origins = config.origins ?? originsOf(certificate, balancer ? [config.port] : ports);
  parts.nodes = nodes(ports, {
    dataDir: config.dataDir,
    databaseUrl: parts.database.url,
    host: balancer ? "127.0.0.1" : config.host,
    origins,
    behindBalancer: balancer !== null,
    drainSeconds: config.drainSeconds || 3,
  });
  await startNodes(parts.nodes);

  if (balancer) {
    const { host, port } = config;
    const front = { host, port, files: balancerFiles, nodes: ports.map((each) => `127.0.0.1:${each}`) };
    parts.balancer = new Child({
      name: "Balancer",
      command: balancerCommand(balancer.kind, balancer.program),
      env: balancerEnv(front),
      shows: (line) => (parts.stopping ? null : tellingOf(balancer.kind, line)),
      whenUp: (lives) => listening(port, lives),
    });
    await parts.balancer.start();
    progress("Balancer", `${balancer.kind}, pid ${parts.balancer.pid}`);
  }
  announceCluster({
    config,
    certificate,
    nodes: parts.nodes,
    behindBalancer: balancer !== null,
    setUp: setUpToken === null ? null : { token: setUpToken, origin: origins[0]! },
  });
}

/** The nodes go first, while the balancer is still there for whoever they talk with; the database goes last. */
async function stop(parts: Parts): Promise<void> {
  const { nodes, balancer, database } = parts;
  parts.stopping = true;
  await Promise.all(nodes.map(({ child, drainSeconds }) => child.stop(drainSeconds * 1000 + patienceMs)));
  await balancer?.stop(patienceMs);
  await database?.stop();
}

async function startDatabase(config: Config): Promise<Database> {
  const folder = join(config.dataDir, "postgres");
  const started = await database(config.postgres?.url ?? null, folder);
  progress("PostgreSQL", started.pid === null ? "the one in DATABASE_URL" : `running, pid ${started.pid}`);
  return started;
}

async function startNodes(all: readonly Node[]): Promise<void> {
  const done = progressing("Nodes", "starting");
  const began = performance.now();
  const outcomes = await Promise.allSettled(all.map(({ child }) => child.start()));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  done(failed ? "failed" : `${all.length} up in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  if (failed) throw failed.reason;
}

const originsOf = ({ names }: ServerCertificate, ports: readonly number[]) =>
  ports.flatMap((port) => serverOrigins(names, port));
