import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { createApp } from "./app.ts";
import { openBreachList } from "./auth/breach-list.ts";
import { HashPool } from "./auth/hash-pool.ts";
import { linkTokens } from "./auth/link-tokens.ts";
import { passwordStrength } from "./auth/strength.ts";
import { ensureCertificate } from "./certificates/ensure.ts";
import { tlsOptions } from "./certificates/tls-options.ts";
import { serverOrigins } from "./certificates/urls.ts";
import { makeFolderPrivate } from "./config/data-folder.ts";
import { weaknessOfWay } from "./config/database-link.ts";
import { type Config, parseConfig, portTakenSentence, projectRoot } from "./config/environment.ts";
import { loadSecrets } from "./config/secrets.ts";
import { announce, tellCertificate } from "./logging/announcement.ts";
import { progress } from "./logging/progress.ts";
import { reporter } from "./logging/report.ts";
import { securityLog } from "./logging/security-log.ts";
import { FolderInUse, openStorage } from "./storage.ts";
import { fullDiskSentence } from "./store/full-disk.ts";
import { system } from "./system.ts";

const config = readConfig();
keepDataPrivate();
const write = (line: string) => console.error(line);
const report = reporter(system, write);
// The database is opened in a thread of its own, while the certificate is made or read in this one.
const opening = openStorage(config, system, report, stopWith);
opening.catch(() => {});
const certificate = await ensureCertificate({
  dataDir: config.dataDir,
  tls: config.tls,
  hostname: hostname(),
  interfaces: networkInterfaces(),
  now: system.now(),
}).catch(stopWith);
tellCertificate(certificate);
for (const sentence of config.unused) progress("Settings", sentence);

const log = securityLog(system, write);
const storage = await opening.catch(stopWith);
progress(
  "Database",
  config.postgres === null ? "up to date" : `up to date, at ${hostOf(config.postgres.url)}`,
);
const weakness = config.postgres && weaknessOfWay(config.postgres.url);
if (weakness) progress("", weakness);

const breaches = config.breachList === null ? null : await openBreachList(config.breachList).catch(stopWith);
const strength = passwordStrength({ breaches, hosts: certificate.names.dns });
const secrets = await readSecrets();
const node = await storage.share(secrets).catch(stopWith);
const store = storage.store;
store.onCommit(({ entries }) => entries.forEach(log.write));
const pool = new HashPool(config.limits.hashWorkers, 12);
const app = await createApp({
  config,
  store,
  shared: node ?? undefined,
  secrets,
  system,
  fetch: (url, init) => fetch(url, init),
  originsAt: (port) => config.origins ?? serverOrigins(certificate.names, port),
  clientFolder: join(projectRoot, "web/dist"),
  strength,
  pool,
  report,
  refused: log.refused,
}).catch(stopWith);
const server = listen();
app.serveOn(server);

// What nobody caught belongs to one request or one chore. Everybody else is served on.
for (const kind of ["uncaughtException", "unhandledRejection"] as const)
  process.on(kind, (error: unknown) => void report(error));

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop());
const isSetUp = (await store.settings.read().catch(stopWith)) !== null;
announce({
  certificate,
  host: config.host,
  port: server.port!,
  dataDir: config.dataDir,
  setUp: isSetUp ? null : { token: linkTokens(secrets.pepper).setUp(store.epoch), origins: config.origins },
});

function readConfig(): Config {
  try {
    return parseConfig(Bun.env);
  } catch (error) {
    return stopWith(error);
  }
}

function keepDataPrivate() {
  try {
    if (makeFolderPrivate(config.dataDir))
      progress("Data", `others could read ${config.dataDir}; it is private now`);
  } catch (error) {
    stopWith(error);
  }
}

/** Whoever starts the server a second time by mistake is to hear of the port, which is what they can see. */
function isTaken(port: number): boolean {
  try {
    Bun.listen({ hostname: config.host, port, socket: { data() {} } }).stop(true);
    return false;
  } catch {
    return true;
  }
}

async function readSecrets() {
  const accounts = await storage.store.users.directory();
  try {
    return loadSecrets(join(config.dataDir, "secrets.json"), accounts.length > 0);
  } catch (error) {
    return stopWith(error);
  }
}

function listen() {
  try {
    return Bun.serve({
      hostname: config.host,
      port: config.port,
      tls: tlsOptions(certificate.pair),
      fetch: app.fetch,
      websocket: app.websocket,
      maxRequestBodySize: app.maxRequestBodySize,
      // Bun would otherwise answer an error with a page of our source.
      development: false,
      // Outside development Bun shares the port with whoever listens there already, and half of the people would be served by each.
      reusePort: false,
      idleTimeout: 30,
    });
  } catch (error) {
    const taken = (error as { code?: string }).code === "EADDRINUSE";
    return stopWith(taken ? portTakenSentence(config.port) : error);
  }
}

function hostOf(url: string): string {
  const { host, pathname } = new URL(url);
  return host + pathname;
}

/** Lets everybody go in good order, once load balancers have had the time to turn to others. Asking twice is no reason to hurry: what was acknowledged is on disk anyway. */
async function stop() {
  if (stopping) return;
  stopping = true;
  console.log("\nStopping ...");
  app.turnAway();
  await new Promise((resolve) => setTimeout(resolve, config.drainSeconds * 1000));
  void server.stop(); // Nobody new comes in from here on.
  await app.drain();
  log.flush();
  pool.close();
  strength.close();
  await server.stop(true);
  await storage.close();
  process.exit(0);
}

function stopWith(reason: unknown): never {
  if (reason instanceof FolderInUse && isTaken(config.port)) return stopWith(portTakenSentence(config.port));
  const full = fullDiskSentence(reason, () => [config.dataDir]);
  if (full !== null) return stopWith(full);
  console.error(`\n${reason instanceof Error ? reason.message : String(reason)}`);
  process.exit(1);
}
