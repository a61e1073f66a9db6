import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { parseConfig, portTakenSentence } from "../server/config/environment.ts";
import { progress } from "../server/logging/progress.ts";
import { type Balancer, balancers } from "./cluster/balancer.ts";
import { clusterOptions, usage } from "./cluster/options.ts";
import { freePort, isFree } from "./cluster/ports.ts";
import { findProgram } from "./find-program.ts";
import { stopWithNpx } from "./npx.ts";
import { command, continueIn, ensureClient, ensureDependencies, SetupError, stopSignals } from "./setup.ts";

// A whole cluster on this machine, for trying it out. What starts is stopped again in the opposite order.
await command(async () => {
  const args = Bun.argv.slice(2);
  const options = clusterOptions(args);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const config = parseConfig(Bun.env);
  const balancer = chosen(options.balancer);
  const port = config.port || (await freePort());
  if (balancer && !(await isFree(config.host, port)))
    throw new SetupError(portTakenSentence(port, "cluster"));

  const leave = () => process.exit(0);
  for (const signal of stopSignals) process.on(signal, leave);
  stopWithNpx();
  if (await ensureDependencies("everything")) return await continueIn(["scripts/cluster.ts", ...args]);
  await ensureClient();

  // From here on there is something to stop in good order.
  const stopped = Promise.withResolvers<void>();
  for (const signal of stopSignals) process.off(signal, leave).on(signal, () => stopped.resolve());
  const { startCluster } = await import("./cluster/start.ts");
  const cluster = await startCluster({
    config: { ...config, port, dataDir: join(config.dataDir, "cluster") },
    machine: { hostname: hostname(), interfaces: networkInterfaces() },
    nodes: options.nodes,
    balancer,
  });
  await stopped.promise;
  console.log("\nStopping ...");
  await cluster.stop();
  return 0;
});

/** The balancer that was asked for, or else one that is there; null when none is. */
function chosen(wanted: Balancer | null): { kind: Balancer; program: string } | null {
  if (wanted) return { kind: wanted, program: needed(wanted) };
  for (const kind of balancers) {
    const program = findProgram(kind);
    if (program) return { kind, program };
  }
  progress("Balancer", "none is installed: install haproxy or caddy, on Debian with apt-get install haproxy");
  return null;
}

function needed(name: string): string {
  const program = findProgram(name);
  if (program) return program;
  throw new SetupError(`${name} is not installed. On Debian: apt-get install ${name}`);
}
