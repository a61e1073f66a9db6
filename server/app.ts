import type { Server } from "bun";
import { actsBy } from "./accounts/act.ts";
import { watchAlerts } from "./accounts/alerts.ts";
import type { HashPool } from "./accounts/hash-pool.ts";
import { houseKeeper } from "./accounts/house.ts";
import type { Strength } from "./accounts/new-passwords.ts";
import { people as loadPeople } from "./accounts/people.ts";
import { openReports } from "./accounts/reports.ts";
import { sessions as keepSessions } from "./accounts/sessions.ts";
import { localBroker } from "./broker/broker.ts";
import { chores } from "./chores.ts";
import { type Cluster, cluster as joinCluster, type Shared } from "./cluster/cluster.ts";
import { Spending } from "./cluster/spending.ts";
import type { Config } from "./config.ts";
import { commitLoop } from "./conversations/commit-loop.ts";
import { delivery } from "./conversations/delivery.ts";
import { erasure } from "./conversations/erasure.ts";
import { readMarks as keepReadMarks } from "./conversations/read-marks.ts";
import type { Store } from "./db/store.ts";
import { type DoorsDeps, doors } from "./doors.ts";
import { trusting } from "./http/network.ts";
import { type RoutesDeps, routes } from "./http/routes.ts";
import { pace } from "./pace.ts";
import { closeCodes } from "./protocol/close-codes.ts";
import { type Connection, Connections, type Socket } from "./realtime/connections.ts";
import { dispatch } from "./realtime/dispatch.ts";
import { frameBounds } from "./realtime/frame-bounds.ts";
import { handlers } from "./realtime/handlers.ts";
import { heartbeat } from "./realtime/heartbeat.ts";
import { Presence } from "./realtime/presence.ts";
import { socketHandler } from "./realtime/socket.ts";
import { watch } from "./realtime/watch.ts";
import type { Secrets } from "./secrets.ts";
import { storageHealth } from "./storage-health.ts";
import type { System } from "./system.ts";

export interface AppDeps extends Pick<RoutesDeps, "clientFolder" | "report" | "refused"> {
  config: Pick<Config, "limits" | "trustedProxies" | "providers">;
  store: Store;
  /** What this process shares with other nodes; absent where it is the only one. */
  shared?: Shared;
  secrets: Secrets;
  system: System;
  /** How the providers of sign-in are asked; nothing else beyond this machine and its database is. */
  fetch: DoorsDeps["fetch"];
  /** The origins whose pages may use the server, once it listens on this port. */
  originsAt(port: number): readonly string[];
  strength: Strength;
  /** Hashes passwords; whoever has made it closes it. */
  pool: HashPool;
}

export type App = Awaited<ReturnType<typeof createApp>>;

/** Wires everything. The caller serves `fetch` and `websocket` and says with `serveOn` by which server to publish. */
export async function createApp(deps: AppDeps) {
  const { config, system, secrets, report, refused } = deps;
  const storage = storageHealth(deps.store, system, report);
  const { store } = storage;
  const trustsProxy = trusting(config.trustedProxies);
  let server: Server<Connection> | null = null;
  let origins: readonly string[] = deps.originsAt(0);
  let turningAway = false;
  let draining = false;

  const broker = localBroker((topic, frame) => void server?.publish(topic, frame));
  const people = await loadPeople(store.users);
  const connections = new Connections();
  const spending = new Spending(system, deps.shared === undefined ? null : secrets.pepper);
  const bound = spending.bound.bind(spending);
  const house = await houseKeeper(store.house, broker);
  /** What people may send now: as the admins have set it, and as the environment says until the server is set up. */
  const messageLimits = () => house.current() ?? config.limits;
  const frames = frameBounds(messageLimits, system);
  const act = actsBy(system.now);
  const sessions = keepSessions(store.sessions, house, system, report);
  const presence = new Presence(broker, system, () => cluster);
  const deliver = delivery(broker, people.nameOf);
  const cluster: Cluster | null =
    deps.shared === undefined
      ? null
      : joinCluster({
          ...deps.shared,
          store,
          people,
          connections,
          presence,
          spending,
          broker,
          house,
          deliver,
          sendAway: (why) =>
            void connections.closeAll(why === "cut off" ? closeCodes.cutOff : closeCodes.restarting),
          system,
          report,
        });
  const commits = commitLoop(store.messages, cluster?.stored ?? deliver);
  const erasing = erasure({ users: store.users, messages: store.messages, commits, system, report });
  const readMarks = keepReadMarks(store.conversations, broker, people.nameOf, system, report);

  const leavesFor = (socket: Socket) => {
    if (cluster?.isHealthy === false) return closeCodes.cutOff;
    const session = { ...socket.data.session, role: people.roleOf(socket.data.session.userId) };
    if (sessions.stageOf(session) !== "open") return closeCodes.proofNeeded;
    return sessions.lives(session) ? null : closeCodes.sessionExpired;
  };
  const take = dispatch({
    handlers: handlers({
      store,
      commits,
      readMarks,
      people,
      presence,
      freshen: async (user) => cluster?.freshen([user]),
      entered: (groupHead) => cluster?.entered(groupHead),
      openReports: openReports(store.reports, people),
      messageRate: spending.changingBound("messages", () => {
        const { messageBurst, messagesPerMinute } = messageLimits();
        return { burst: messageBurst, perMinute: messagesPerMinute };
      }),
      changeRate: bound("changes", 30, 60),
      messageBytes: () => messageLimits().messageBytes,
      act,
      system,
    }),
    frames,
    leavesFor,
    noteUse: (socket) => sessions.use(socket.data.session),
    refused,
    report,
  });

  const waysIn = doors({
    ...deps,
    ...config,
    store,
    people,
    sessions,
    connections,
    house,
    commits,
    broker,
    bound,
    act,
    erasing,
    tellOthers: (userId, event) => cluster?.tell(userId, event),
  });
  const http = routes({
    ...waysIn,
    pauseOf: frames.pause,
    turn: pace(config.limits.requestsPerSecond, system),
    isOurs: (origin) => origins.includes(origin),
    origins: () => origins,
    clientFolder: deps.clientFolder,
    unfit: () => {
      if (turningAway) return "stopping";
      if (cluster?.isHealthy === false) return "cut_off";
      return storage.isFull ? "storage_full" : null;
    },
    storage: () => ({ isFull: storage.isFull, clearing: erasing.waiting }),
    refused,
    report,
  });

  const stopWatching = watch(connections, leavesFor, system);
  const stopHeart = heartbeat(connections, system);
  const stopAlerting = watchAlerts(store.alerts, waysIn.alerts.tell, system, report);
  const stopCleaning = chores({
    sessions,
    store,
    registry: deps.shared?.registry,
    erase: erasing.run,
    system,
    report,
  });

  await cluster?.join();
  return {
    fetch: (request: Request, by?: Server<Connection>) => http.fetch(request, { server: by, trustsProxy }),
    websocket: socketHandler({
      connections,
      presence,
      socketsPerUser: config.limits.socketsPerUser,
      leavesFor,
      // What comes in while stopping was not acknowledged, so its sender sends it again.
      take: async (socket, frame) => (draining ? undefined : take(socket, frame)),
    }),
    // The routes bound what they read, with an answer of ours; Bun would refuse without the security headers.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,

    serveOn(chosen: Server<Connection>) {
      server = chosen;
      origins = deps.originsAt(chosen.port ?? 0);
    },

    /** Says that it is not well, so that load balancers send nobody new, and serves on. */
    turnAway() {
      turningAway = true;
    },

    /** Settles all that was taken, tells every socket to come back later, and lets go of what it holds. */
    async drain() {
      turningAway = draining = true;
      stopWatching();
      stopHeart();
      stopCleaning();
      storage.stop();
      stopAlerting();
      await commits.idle();
      await readMarks.flush();
      await cluster?.leave();
      await connections.closeAll(closeCodes.restarting);
    },
  };
}
