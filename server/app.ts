import type { Server } from "bun";
import { accounts } from "./accounts/accounts.ts";
import { guessLimits } from "./accounts/guess-limits.ts";
import { HashPool } from "./accounts/hash-pool.ts";
import { knownDevices } from "./accounts/known-devices.ts";
import { passwords } from "./accounts/passwords.ts";
import { people as loadPeople } from "./accounts/people.ts";
import { sessions as keepSessions } from "./accounts/sessions.ts";
import { localBroker } from "./broker/broker.ts";
import type { Config } from "./config.ts";
import { commitLoop } from "./conversations/commit-loop.ts";
import { readMarks as keepReadMarks } from "./conversations/read-marks.ts";
import type { Store } from "./db/store.ts";
import { routes } from "./http/routes.ts";
import { closeCodes } from "./protocol/close-codes.ts";
import { type Connection, Connections, closeSocket, type Socket } from "./realtime/connections.ts";
import { dispatch } from "./realtime/dispatch.ts";
import { handlers } from "./realtime/handlers.ts";
import { Presence } from "./realtime/presence.ts";
import { socketHandler } from "./realtime/socket.ts";
import { watch } from "./realtime/watch.ts";
import type { Secrets } from "./secrets.ts";
import type { System } from "./system.ts";
import { TokenBuckets } from "./token-buckets.ts";

export interface AppDeps {
  config: Pick<Config, "registration" | "limits">;
  store: Store;
  secrets: Secrets;
  system: System;
  /** The origins whose pages may use the server, once it listens on this port. */
  originsAt(port: number): readonly string[];
  /** The folder of the built client. */
  clientFolder: string;
  /** The work factor of bcrypt: 12, less only in tests. */
  hashCost: number;
  /** Logs a bug; gives the id it is logged under. */
  report(error: unknown): string;
}

export type App = Awaited<ReturnType<typeof createApp>>;

/** How often sessions that ended by the clock are removed. */
const cleanMs = 60 * 60_000;

/** Wires everything. The caller serves `fetch` and `websocket` and says with `serveOn` by which server to publish. */
export async function createApp(deps: AppDeps) {
  const { config, store, system, secrets, report } = deps;
  const { now } = system;
  let server: Server<Connection> | null = null;
  let origins: readonly string[] = deps.originsAt(0);
  let draining = false;

  const broker = localBroker((topic, frame) => void server?.publish(topic, frame));
  const people = await loadPeople(store.users);
  const pool = new HashPool(config.limits.hashWorkers, deps.hashCost);
  const devices = knownDevices(secrets.pepper);
  const sessions = keepSessions(store.sessions, system, report);
  const connections = new Connections();
  const presence = new Presence(broker, system);
  const commits = commitLoop(store.messages, broker, people.nameOf);
  const readMarks = keepReadMarks(store.conversations, broker, people.nameOf, system, report);

  const { messageBurst, messagesPerMinute, messageBytes, socketsPerUser } = config.limits;
  const mayStay = (socket: Socket) => sessions.lives(socket.data.session);
  const take = dispatch({
    handlers: handlers({
      store,
      commits,
      readMarks,
      people,
      presence,
      messageRate: new TokenBuckets(messageBurst, messagesPerMinute, now),
      messageBytes,
      system,
    }),
    frameRate: new TokenBuckets(200 + 2 * messageBurst, 1200 + 2 * messagesPerMinute, now),
    patience: new TokenBuckets(100, 60, now),
    mayStay,
    noteUse: (socket) => sessions.use(socket.data.session),
    report,
  });

  const http = routes({
    accounts: accounts({
      users: store.users,
      people,
      passwords: passwords(pool, secrets.pepper),
      guesses: guessLimits(system),
      devices,
      broker,
      system,
      registration: config.registration,
    }),
    sessions,
    devices,
    connections,
    registration: config.registration,
    isOurs: (origin) => origins.includes(origin),
    clientFolder: deps.clientFolder,
    healthy: () => !draining,
    report,
  });

  const stopWatching = watch(connections, mayStay, system);
  let stopCleaning = system.after(0, clean);
  function clean() {
    sessions.removeExpired().catch(report);
    stopCleaning = system.after(cleanMs, clean);
  }

  return {
    fetch: (request: Request, by?: Server<Connection>) => http.fetch(request, { server: by }),
    websocket: socketHandler({
      connections,
      presence,
      socketsPerUser,
      // What comes in while stopping was not acknowledged, so its sender sends it again.
      take: async (socket, frame) => (draining ? undefined : take(socket, frame)),
    }),
    // The routes bound what they read, with an answer of ours; Bun would refuse without the security headers.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,

    serveOn(chosen: Server<Connection>) {
      server = chosen;
      origins = deps.originsAt(chosen.port ?? 0);
    },

    /** Settles all that was taken, tells every socket to come back later, and lets go of what it holds. */
    async drain() {
      draining = true;
      stopWatching();
      stopCleaning();
      await commits.idle();
      await readMarks.flush();
      for (const socket of [...connections.all()]) closeSocket(socket, closeCodes.restarting);
      pool.close();
    },
  };
}
