import type { WebSocketHandler } from "bun";
import { groupTopic, userTopic } from "../broker/topics.ts";
import { closeCodes } from "../protocol/close-codes.ts";
import { limits } from "../protocol/limits.ts";
import { type Connection, type Connections, closeSocket, type Socket } from "./connections.ts";
import type { Presence } from "./presence.ts";
import { backlogMax } from "./watch.ts";

export interface SocketDeps {
  connections: Connections;
  presence: Presence;
  socketsPerUser: number;
  take(socket: Socket, frame: string | Buffer): Promise<void>;
}

/** The WebSocket side of `Bun.serve`. A socket is subscribed before it can ask for anything, so that nothing is missed. */
export function socketHandler(deps: SocketDeps): WebSocketHandler<Connection> {
  const { connections, presence } = deps;
  return {
    open(socket) {
      if (!connections.add(socket, deps.socketsPerUser))
        return closeSocket(socket, closeCodes.tooManySockets);
      socket.subscribe(groupTopic);
      socket.subscribe(userTopic(socket.data.session.userName));
      presence.arrive(socket.data.session.userId, socket.data.session.createdAt);
    },
    message: (socket, frame) => deps.take(socket, frame),
    close(socket) {
      // A client may close with any code, and at the same moment; only the server's own word tells that the person has left.
      const { closedFor } = socket.data;
      const forGood = closedFor === closeCodes.signedOut || closedFor === closeCodes.accountDeleted;
      socket.data.closed = true;
      if (connections.remove(socket)) presence.depart(socket.data.session.userId, forGood);
    },
    maxPayloadLength: limits.frameMaxBytes,
    backpressureLimit: backlogMax,
    // Bun would go on holding such a socket, deaf, until it times out; the watch closes it with a reason.
    closeOnBackpressureLimit: false,
    idleTimeout: 60,
    sendPings: true,
    perMessageDeflate: false,
  };
}
