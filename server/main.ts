import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { announce, tellCertificate } from "./announcement.ts";
import { createApp } from "./app.ts";
import { ensureCertificate } from "./certificates/ensure.ts";
import { tlsOptions } from "./certificates/tls-options.ts";
import { serverOrigins } from "./certificates/urls.ts";
import { type Config, parseConfig, portTakenSentence, projectRoot } from "./config.ts";
import { watchIncarnation } from "./db/sqlite/incarnation.ts";
import { lockData } from "./db/sqlite/lock.ts";
import { openDatabase } from "./db/sqlite/open.ts";
import { sqliteStore } from "./db/sqlite/store.ts";
import { progress } from "./progress.ts";
import { reporter } from "./report.ts";
import { loadSecrets } from "./secrets.ts";
import { system } from "./system.ts";

const config = readConfig();
const certificate = await ensureCertificate({
  dataDir: config.dataDir,
  tls: config.tls,
  hostname: hostname(),
  interfaces: networkInterfaces(),
  now: system.now(),
}).catch(stopWith);
tellCertificate(certificate);

const report = reporter(system, (line) => console.error(line));
const unlock = takeData();
const { store, stopNoting } = openStore();
progress("Database", "up to date");

const app = await createApp({
  config,
  store,
  secrets: await readSecrets(),
  system,
  originsAt: (port) => config.origins ?? serverOrigins(certificate.names, port),
  clientFolder: join(projectRoot, "web/dist"),
  hashCost: 12,
  report,
});
const server = listen();
app.serveOn(server);

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop());
announce(certificate, config.host, server.port!, config.dataDir);

function readConfig(): Config {
  try {
    return parseConfig(Bun.env);
  } catch (error) {
    return stopWith(error);
  }
}

function takeData() {
  const unlock = lockData(join(config.dataDir, "lock"));
  if (unlock) return unlock;
  if (isTaken(config.port)) return stopWith(portTakenSentence(config.port));
  return stopWith(
    `${config.dataDir} is in use by another secure-chat. Stop it, or choose another folder with DATA_DIR.`,
  );
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

function openStore() {
  try {
    const db = openDatabase(join(config.dataDir, "chat.sqlite"));
    const stopNoting = watchIncarnation(db, join(config.dataDir, "incarnation.json"), system, report);
    return { store: sqliteStore(db), stopNoting };
  } catch (error) {
    return stopWith(error);
  }
}

async function readSecrets() {
  const accounts = await store.users.directory();
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

/** Lets everybody go in good order. Asking twice is no reason to hurry: what was acknowledged is on disk anyway. */
async function stop() {
  if (stopping) return;
  stopping = true;
  console.log("\nStopping ...");
  void server.stop(); // Nobody new comes in from here on.
  await app.drain();
  await server.stop(true);
  stopNoting();
  store.close();
  unlock();
  process.exit(0);
}

function stopWith(reason: unknown): never {
  console.error(`\n${reason instanceof Error ? reason.message : String(reason)}`);
  process.exit(1);
}
