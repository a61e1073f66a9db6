import type { WebSocketHandler } from "bun";
import type { Memberships } from "../messages/memberships.ts";
import { type CloseCode, closeCodes } from "../protocol/close-codes.ts";
import { limits } from "../protocol/limits.ts";
import { type Connection, type Connections, closeSocket, type Socket } from "./connections.ts";
import type { Presence } from "./presence.ts";
import { backlogMax } from "./watch.ts";

export interface SocketDeps {
  connections: Connections;
  presence: Presence;
  memberships: Pick<Memberships, "topicsFor">;
  socketsPerUser: number;
  /** Why a socket may not even open; null when it may. */
  closeReason(socket: Socket): CloseCode | null;
  take(socket: Socket, frame: string | Buffer): Promise<void>;
}

/** Reasons for which somebody does not reconnect, so that their leaving is published without a grace period. */
const leavings: ReadonlySet<CloseCode> = new Set([
  closeCodes.signedOut,
  closeCodes.accountDeleted,
  closeCodes.accountBarred,
]);

/** The WebSocket side of `Bun.serve`. A socket is subscribed before it can ask for anything, so that nothing is missed. */
export function socketHandler(deps: SocketDeps): WebSocketHandler<Connection> {
  const { connections, presence } = deps;
  return {
    open(socket) {
      const { userId, userName, createdAt } = socket.data.session;
      const reason = deps.closeReason(socket);
      if (reason !== null) return closeSocket(socket, reason);
      const remote = presence.remote.socketsOf(userId);
      if (!connections.add(socket, deps.socketsPerUser - remote))
        // The sockets on other nodes may be of a node that has just died, so the client is told to try again soon.
        return closeSocket(socket, remote > 0 ? closeCodes.restarting : closeCodes.tooManySockets);
      for (const topic of deps.memberships.topicsFor(userId, userName)) socket.subscribe(topic);
      presence.arrive(userId, createdAt);
    },
    message(socket, frame) {
      socket.data.owedFor = undefined;
      return deps.take(socket, frame);
    },
    pong(socket) {
      socket.data.owedFor = undefined;
    },
    close(socket) {
      // A client may close with any code at the same moment, so only the reason noted by the server counts.
      const { closedFor, wasSilent } = socket.data;
      const forGood = closedFor !== undefined && leavings.has(closedFor);
      socket.data.closed = true;
      const why = forGood ? "on purpose" : wasSilent ? "silent" : "closed";
      if (connections.remove(socket)) presence.depart(socket.data.session.userId, why);
    },
    maxPayloadLength: limits.frameMaxBytes,
    backpressureLimit: backlogMax,
    // Bun would keep such a socket without reading it until it times out; the watch closes it with a reason.
    closeOnBackpressureLimit: false,
    idleTimeout: 60,
    sendPings: true,
    perMessageDeflate: false,
  };
}
