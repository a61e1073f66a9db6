import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ServerCertificate } from "../../server/certificates/ensure.ts";
import type { Interfaces } from "../../server/certificates/names.ts";
import { serverOrigins, serverUrls } from "../../server/certificates/urls.ts";
import type { Config } from "../../server/config/environment.ts";
import { tellSetUp } from "../../server/logging/announcement.ts";
import { progress, progressing } from "../../server/logging/progress.ts";
import { startPostgres } from "../postgres.ts";
import { type Balancer, balancerCommand, balancerEnv, tellingOf } from "./balancer.ts";
import { Child } from "./child.ts";
import { freePort, healthy, listening } from "./ports.ts";
import { prepare } from "./prepare.ts";

interface ClusterWanted {
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

interface Node {
  child: Child;
  port: number;
}

interface Parts {
  database?: Database;
  balancer?: Child;
  nodes: Node[];
  /** What goes from here on was told to. */
  stopping: boolean;
}

interface Database {
  url: string;
  stop(): Promise<void>;
}

const patienceMs = 10_000;

/** Starts everything and tells where it is; when a part does not start, what was started is stopped again. */
export async function startCluster(wanted: ClusterWanted): Promise<Cluster> {
  const parts: Parts = { nodes: [], stopping: false };
  try {
    await startParts(parts, wanted);
  } catch (error) {
    await stop(parts, wanted.config);
    throw error;
  }
  return { nodes: parts.nodes, stop: () => stop(parts, wanted.config) };
}

async function startParts(parts: Parts, wanted: ClusterWanted): Promise<void> {
  const { config, balancer } = wanted;
  const { host, port, dataDir } = config;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  for (const sentence of config.unused) progress("Settings", sentence);

  parts.database = await startDatabase(config);
  const { url: databaseUrl } = parts.database;

  const balancerFiles = join(dataDir, "balancer");
  const { certificate, setUpToken } = await prepare({
    ...wanted.machine,
    dataDir,
    tls: config.tls,
    databaseUrl,
    balancerFiles,
  });

  const ports: number[] = [];
  while (ports.length < wanted.nodes) ports.push(await freePort());
  const origins = config.origins ?? originsOf(certificate, balancer ? [port] : ports);
  const told = {
    DATABASE_URL: databaseUrl,
    HOST: balancer ? "127.0.0.1" : host,
    DATA_DIR: dataDir,
    ORIGINS: origins.join(","),
    TRUSTED_PROXIES: balancer ? "127.0.0.1,::1" : "",
    DRAIN_SECONDS: String(drainSeconds(config)),
    // A certificate of one's own is the balancer's to show, where there is one.
    ...(balancer ? { TLS_CERT: "", TLS_KEY: "" } : {}),
  };
  parts.nodes = ports.map((port, at) => newNode(`node${at + 1}`, port, told));
  await startNodes(parts.nodes);

  if (balancer) {
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
  announce(wanted, parts.nodes, certificate);
  if (setUpToken !== null) tellSetUp(setUpToken, [origins[0]!]);
  const first = parts.nodes[0]!.child.pid;
  console.log("\nSee what happens when a node dies, or is told to go; it is started again after a second:");
  console.log(`  kill -9 ${first}     kill ${first}`);
  console.log("\nPress Ctrl-C to stop.");
}

/** The server as it is, as a process of its own. Of what it prints, the events that it logs as JSON are shown. */
function newNode(name: string, port: number, told: Record<string, string>): Node {
  const child = new Child({
    name,
    command: [process.execPath, "server/main.ts"],
    env: { ...process.env, ...told, PORT: String(port) },
    shows: (line) => (line.startsWith("{") ? line : null),
    whenUp: (lives) => healthy(port, lives),
  });
  return { port, child };
}

const drainSeconds = ({ drainSeconds }: Config) => drainSeconds || 3;

/** Where to open the chat, and which processes it is. */
function announce({ config, balancer }: ClusterWanted, nodes: Node[], { names, server }: ServerCertificate) {
  const count = nodes.length === 1 ? "one node" : `${nodes.length} nodes`;
  console.log(`\nsecure-chat is running on ${count}${balancer ? " behind one address" : ""}\n`);
  if (balancer) {
    const { local, lan } = serverUrls(names, config.port, config.host);
    if (local[0]) progress("Here", local[0]);
    for (const [at, url] of lan.entries()) progress(at === 0 ? "Network" : "", url);
  }
  for (const { child, port } of nodes) progress(child.name, `pid ${child.pid}, https://localhost:${port}`);
  progress("Fingerprint", `SHA-256 ${server.fingerprint}`);
  progress("Data", config.dataDir);
  if (!balancer) console.log("\nWithout a balancer: open the chat at the address of any node.");
}

/** The nodes go first, while the balancer is still there for whoever they talk with; the database goes last. */
async function stop(parts: Parts, config: Config): Promise<void> {
  const { nodes, balancer, database } = parts;
  parts.stopping = true;
  await Promise.all(nodes.map(({ child }) => child.stop(drainSeconds(config) * 1000 + patienceMs)));
  await balancer?.stop(patienceMs);
  await database?.stop();
}

/** The PostgreSQL of DATABASE_URL or, without one, one of our own, which is started again when it ends. */
async function startDatabase({ postgres: given, dataDir }: Config): Promise<Database> {
  if (given) {
    progress("PostgreSQL", "the one in DATABASE_URL");
    return { url: given.url, stop: async () => {} };
  }
  const folder = join(dataDir, "postgres");
  const first = await startPostgres({ folder });
  const { url, port } = first;
  progress("PostgreSQL", `running, pid ${first.pid}`);
  let isStopping = false;
  let current = Promise.resolve(first);
  const startAgain = () => {
    if (isStopping) return;
    progress("PostgreSQL", "has ended, starts again");
    current = startPostgres({ folder, port });
    current.then(
      (again) => {
        progress("PostgreSQL", `is back, pid ${again.pid}`);
        void again.exited.then(startAgain);
      },
      (error: Error) => progress("PostgreSQL", error.message),
    );
  };
  void first.exited.then(startAgain);
  return {
    url,
    async stop() {
      isStopping = true;
      await current.then(
        (postgres) => postgres.stop(),
        () => {},
      );
    },
  };
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
