import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { balancerCommand, balancerEnv } from "../../scripts/cluster/balancer.ts";
import { freePort } from "../../scripts/cluster/ports.ts";
import { prepare } from "../../scripts/cluster/prepare.ts";
import { findProgram } from "../../scripts/find-program.ts";
import { projectRoot } from "../../server/config/environment.ts";
import { loadSecrets } from "../../server/config/secrets.ts";
import { Program } from "../support/program.ts";
import { type Guard, guard } from "./guard.ts";
import { canSeparate, type Network, oneHost, separated } from "./network.ts";
import { NodeProcess } from "./node-process.ts";
import { lastingPostgres } from "./servers.ts";

export interface Wanted {
  nodes: number;
  /** The program of a node; another than the real one must fail. */
  entry?: string;
  /** Whether nodes are to be cut off, and clients to go through a balancer, where that can be had. */
  plain?: boolean;
}

/** Everything of a run that is not a client. */
export interface Ground {
  network: Network;
  guard: Guard;
  nodes: NodeProcess[];
  postgres: Awaited<ReturnType<typeof lastingPostgres>>;
  /** The origin of the balancer; null where HAProxy is not installed. */
  front: string | null;
  /** A superuser's address of the database, for whoever is not a node. */
  databaseUrl: string;
  pepper: Uint8Array;
  /** Starts the nodes, at once, and the balancer. */
  open(): Promise<void>;
}

/** Talkers write more than people may. */
export const limits = { MESSAGES_PER_MINUTE: "1000000", MESSAGE_BURST: "1000000" };

/** Starts PostgreSQL, and makes ready what the nodes need. */
export async function prepareGround({ nodes: count, entry, plain }: Wanted): Promise<Ground> {
  const network = !plain && canSeparate() ? separated(count) : oneHost;
  const watched = guard(network.namespaces);
  const dataDir = join(watched.folder, "data");
  const postgres = await lastingPostgres(watched, network);
  const urlFrom = (host: string) =>
    Object.assign(new URL(postgres.url), { host: `${host}:${postgres.port}` }).href;

  const haproxy = plain ? null : findProgram("haproxy");
  const frontPort = await freePort();
  const front = haproxy ? `https://localhost:${frontPort}` : null;
  const files = join(watched.folder, "balancer");
  await prepare({
    dataDir,
    tls: null,
    hostname: hostname(),
    interfaces: { ...networkInterfaces(), nodes: addressesOf(network, count) },
    databaseUrl: postgres.url,
    balancerFiles: files,
  });

  const ports = await Promise.all(Array.from({ length: count }, () => freePort()));
  const hosts = ports.map((port, at) => `${network.addressOf(at)}:${port}`);
  const origins = hosts.map((host) => `https://${host}`);
  const nodes = origins.map((origin, at) => {
    const env = {
      ...limits,
      DATA_DIR: dataDir,
      PORT: String(ports[at]),
      DATABASE_URL: urlFrom(network.databaseOf(at)),
      ORIGINS: [...origins, ...(front ? [front] : [])].join(","),
      DRAIN_SECONDS: front ? "2" : "0",
    };
    const command = network.inside(at, [process.execPath, join(projectRoot, entry ?? "server/main.ts")]);
    return new NodeProcess({ name: `node ${at + 1}`, origin, command, env, guard: watched });
  });

  return {
    network,
    guard: watched,
    nodes,
    postgres,
    front,
    databaseUrl: postgres.url,
    pepper: loadSecrets(join(dataDir, "secrets.json"), true).pepper,
    async open() {
      await Promise.all(nodes.map((node) => node.start()));
      if (!haproxy) return;
      const env = balancerEnv({ host: "127.0.0.1", port: frontPort, files, nodes: hosts });
      const balancer = new Program(balancerCommand("haproxy", haproxy), env);
      watched.watch(balancer.process);
      await answers(`${front}/api/health`);
    },
  };
}

async function answers(url: string): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (performance.now() < deadline) {
    const answer = await fetch(url, { tls: { rejectUnauthorized: false } }).catch(() => null);
    if (answer?.ok) return;
    await Bun.sleep(50);
  }
  throw new Error(`${url} does not answer`);
}

const addressesOf = (network: Network, count: number) =>
  Array.from({ length: count }, (_, at) => ({
    address: network.addressOf(at),
    internal: false,
  })) as NonNullable<ReturnType<typeof networkInterfaces>[string]>;
