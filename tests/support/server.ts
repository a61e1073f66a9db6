import { join } from "node:path";
import type { Server } from "bun";
import { createApp } from "../../server/app.ts";
import { HashPool } from "../../server/auth/hash-pool.ts";
import type { Strength } from "../../server/auth/new-passwords.ts";
import type { Fetch } from "../../server/auth/providers/asking.ts";
import { ensureCertificate } from "../../server/certificates/ensure.ts";
import type { Pair } from "../../server/certificates/files.ts";
import { tlsOptions } from "../../server/certificates/tls-options.ts";
import type { Shared } from "../../server/cluster/cluster.ts";
import { parseConfig, projectRoot } from "../../server/config/environment.ts";
import { Incident } from "../../server/logging/incident.ts";
import { securityLog } from "../../server/logging/security-log.ts";
import type { ServerSettings } from "../../server/protocol/settings.ts";
import { openDatabase } from "../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../server/store/sqlite/store.ts";
import type { Store } from "../../server/store/store.ts";
import { type System, system } from "../../server/system.ts";
import { temporaryFolder } from "./folder.ts";
import { setUpServer, testPepper } from "./server-settings.ts";

export interface TestServerOptions {
  env?: Record<string, string>;
  system?: System;
  store?: Store;
  /** Makes it one of several nodes. */
  shared?: Shared;
  clientFolder?: string;
  /** A pool of its own, where much is hashed at once on several nodes. */
  pool?: HashPool;
  /** How the server is set up, where it is not that anyone may register; null leaves it to be set up. */
  settings?: Partial<ServerSettings> | null;
  strength?: Strength;
  /** How providers of sign-in are asked, where they are under an authority that nobody trusts. */
  fetch?: Fetch;
  /** A free one when absent. */
  port?: number;
  /** What people call it: "localhost" when absent. */
  host?: "127.0.0.1";
}

export type TestServer = Awaited<ReturnType<typeof startServer>>;

/** Passwords are hashed cheaply, and by one pool: a thread for each server would cost more than what most tests do. */
const sharedPool = new HashPool(2, 4);
let pair: Promise<Pair> | null = null;

/** One certificate for all servers of a test run, made by the code that makes the real one. */
async function testCertificate(): Promise<Pair> {
  const dataDir = temporaryFolder();
  const certificate = await ensureCertificate({
    dataDir,
    tls: null,
    hostname: "localhost",
    interfaces: {},
    now: Date.now(),
  });
  return certificate.pair;
}

/** The header by which a request of a test says from which address it comes: a machine has too few to be a crowd. */
export const fromHeader = "x-test-from";

/** The server as the app sees it, with addresses as the tests say. */
function fromAnywhere<T>(server: Server<T>): Server<T> {
  const requestIP: Server<T>["requestIP"] = (request) => {
    const real = server.requestIP(request);
    return real && { ...real, address: request.headers.get(fromHeader) ?? real.address };
  };
  return new Proxy(server, {
    get: (_, name) => {
      if (name === "requestIP") return requestIP;
      const value = server[name as keyof Server<T>];
      return typeof value === "function" ? value.bind(server) : value;
    },
  });
}

/**
 * The real server over TLS on a free port, on an in-memory database with the real migrations. Only bcrypt is made
 * cheaper. What went wrong inside is in `bugs`; a test that does not expect any checks that it is empty.
 */
export async function startServer(options: TestServerOptions = {}) {
  // One address here is a crowd: only what is about the pace of requests wants one.
  const config = parseConfig({ REQUESTS_PER_SECOND: "1000000", ...options.env });
  const host = options.host ?? "localhost";
  const store = options.store ?? sqliteStore(openDatabase(":memory:"));
  if (options.settings !== null) await setUpServer(store, config, options.settings);
  const bugs: unknown[] = [];
  const incidents: Incident[] = [];
  const lines: string[] = [];
  const log = securityLog(options.system ?? system, (line) => lines.push(line));
  const stopLogging = store.onCommit(({ entries }) => entries.forEach(log.write));
  const app = await createApp({
    config,
    store,
    shared: options.shared,
    secrets: { pepper: testPepper },
    system: options.system ?? system,
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    originsAt: (port) => config.origins ?? [`https://${host}:${port}`],
    clientFolder: options.clientFolder ?? join(projectRoot, "web/dist"),
    pool: options.pool ?? sharedPool,
    strength: options.strength ?? { check: async () => {} },
    report: (error) =>
      error instanceof Incident ? `incident-${incidents.push(error)}` : `bug-${bugs.push(error)}`,
    refused: log.refused,
  });
  pair ??= testCertificate();
  const server = Bun.serve({
    port: options.port ?? 0,
    hostname: "127.0.0.1",
    tls: tlsOptions(await pair),
    fetch: (request, server) => app.fetch(request, fromAnywhere(server)),
    websocket: app.websocket,
    maxRequestBodySize: app.maxRequestBodySize,
    development: false,
  });
  app.serveOn(server);
  const origin = `https://${host}:${server.port}`;
  return {
    app,
    store,
    bugs,
    incidents,
    /** The lines of the security log. */
    log: lines,
    server,
    origin,
    async stop() {
      await app.drain();
      await server.stop(true);
      stopLogging();
      await store.close();
    },
  };
}
