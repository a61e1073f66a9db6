import type { Server } from "bun";
import { watchAlerts } from "./accounts/alerts.ts";
import { people as loadPeople } from "./accounts/directory.ts";
import { liveSettings } from "./accounts/settings.ts";
import type { HashPool } from "./auth/hash-pool.ts";
import type { Strength } from "./auth/new-passwords.ts";
import { sessions as keepSessions } from "./auth/sessions.ts";
import { localBroker } from "./broker/broker.ts";
import { chores } from "./chores.ts";
import { type Cluster, cluster as joinCluster, type Shared } from "./cluster/cluster.ts";
import type { Config } from "./config/environment.ts";
import type { Secrets } from "./config/secrets.ts";
import { effects } from "./effects.ts";
import { trusting } from "./http/network.ts";
import { httpApp, type RoutesDeps } from "./http/routes.ts";
import { Spending } from "./limits/spending.ts";
import { throttle } from "./limits/throttle.ts";
import { TokenBuckets } from "./limits/token-buckets.ts";
import { commands } from "./messages/commands.ts";
import { commitLoop } from "./messages/commit-loop.ts";
import { delivery, typingDelivery } from "./messages/deliver.ts";
import { erasure } from "./messages/erasure.ts";
import { memberships as membershipsOf } from "./messages/memberships.ts";
import { readMarks as keepReadMarks } from "./messages/read-marks.ts";
import { roomDirectory } from "./messages/rooms.ts";
import { auditEntries } from "./moderation/audit-entry.ts";
import { openReports } from "./moderation/reports.ts";
import { closeCodes } from "./protocol/close-codes.ts";
import { isRoomId } from "./protocol/conversation-id.ts";
import { type Connection, Connections, type Socket } from "./realtime/connections.ts";
import { dispatch } from "./realtime/dispatch.ts";
import { frameBounds } from "./realtime/frame-bounds.ts";
import { heartbeat } from "./realtime/heartbeat.ts";
import { Presence } from "./realtime/presence.ts";
import { socketHandler } from "./realtime/socket.ts";
import { watch } from "./realtime/watch.ts";
import { storageHealth } from "./store/storage-health.ts";
import type { Store } from "./store/store.ts";
import type { System } from "./system.ts";
import { type UseCasesDeps, useCases } from "./use-cases.ts";

export interface AppDeps extends Pick<RoutesDeps, "clientFolder" | "report" | "refused"> {
  config: Pick<Config, "limits" | "trustedProxies" | "providers">;
  store: Store;
  /** What this process shares with other nodes; absent where it is the only one. */
  shared?: Shared;
  secrets: Secrets;
  system: System;
  /** How the providers of sign-in are asked; nothing else beyond this machine and its database is. */
  fetch: UseCasesDeps["fetch"];
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
  const settings = await liveSettings(store.settings, broker);
  /** What people may send now: as the admins have set it, and as the environment says until the server is set up. */
  const messageLimits = () => settings.current() ?? config.limits;
  const frames = frameBounds(messageLimits, system);
  const auditEntry = auditEntries(system.now);
  const sessions = keepSessions(store.sessions, settings, system, report);
  const presence = new Presence(broker, system, () => cluster);
  const rooms = await roomDirectory(store.rooms);
  const memberships = membershipsOf(people, rooms, system);
  const deliver = delivery(broker, memberships);
  const tellTyping = typingDelivery(broker, memberships);
  const apply = effects({ people, rooms, memberships, connections, spending, broker, settings, report });
  store.onCommit(({ events }) => events.forEach(apply));
  const cluster: Cluster | null =
    deps.shared === undefined
      ? null
      : joinCluster({
          ...deps.shared,
          store,
          people,
          rooms,
          memberships,
          connections,
          presence,
          spending,
          settings,
          apply,
          deliver,
          tellTyping,
          sendAway: (why) =>
            void connections.closeAll(why === "cut off" ? closeCodes.cutOff : closeCodes.restarting),
          system,
          report,
        });
  const commits = commitLoop(store.messages, cluster?.stored ?? deliver);
  const erasing = erasure({ users: store.users, messages: store.messages, commits, system, report });
  const readMarks = keepReadMarks(store.conversations, system, report);

  const closeReason = (socket: Socket) => {
    if (cluster?.isHealthy === false) return closeCodes.cutOff;
    const session = { ...socket.data.session, role: people.roleOf(socket.data.session.userId) };
    if (sessions.stageOf(session) !== "open") return closeCodes.proofNeeded;
    return sessions.lives(session) ? null : closeCodes.sessionExpired;
  };
  const take = dispatch({
    handlers: commands({
      store,
      commits,
      readMarks,
      people,
      rooms,
      memberships,
      online: () => presence.online(),
      freshen: async (user) => cluster?.freshen([user]),
      async confirm(user, conversation) {
        await cluster?.freshen([user], isRoomId(conversation));
        memberships.requireMember(user, conversation);
      },
      entered: (groupHead) => cluster?.entered(groupHead),
      openReports: openReports(store.reports, people),
      messageRate: spending.changingBound("messages", () => {
        const { messageBurst, messagesPerMinute } = messageLimits();
        return { burst: messageBurst, perMinute: messagesPerMinute };
      }),
      changeRate: bound("changes", 30, 60),
      // Every node has bounds of its own: what is not stored is not counted together either.
      typingRate: new TokenBuckets(() => ({ burst: 20, perMinute: 60 }), system.now),
      tellTyping(typing) {
        tellTyping(typing);
        cluster?.typed(typing);
      },
      messageBytes: () => messageLimits().messageBytes,
      auditEntry,
      system,
    }),
    frames,
    closeReason,
    noteUse: (socket) => sessions.use(socket.data.session),
    refused,
    report,
  });

  const cases = useCases({
    ...deps,
    ...config,
    store,
    people,
    memberships,
    sessions,
    settings,
    commits,
    broker,
    bound,
    auditEntry,
    erasing,
    tellOthers: (userId, event) => cluster?.tell(userId, event),
  });
  const http = httpApp({
    ...cases,
    connections,
    pauseOf: frames.pause,
    turn: throttle(config.limits.requestsPerSecond, system),
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

  const stopWatching = watch(connections, closeReason, system);
  const stopHeart = heartbeat(connections, system);
  const stopAlerting = watchAlerts(store.alerts, cases.alerts.tell, system, report);
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
      memberships,
      socketsPerUser: config.limits.socketsPerUser,
      closeReason,
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
