import { limits } from "../protocol/limits.ts";
import type { System } from "../system.ts";
import type { Connections, Socket } from "./connections.ts";

const second = 1_000;
const beats = limits.heartbeatMs / second;
/** How many seconds an answer to a ping may take, on a slow network. Others see within 25 s in all that somebody is gone. */
const patience = 9;
/** A frame without events. The page needs it because its browser answers pings without telling it. */
const nothing = "[]";

/**
 * Sends every socket an empty frame and a ping once in `heartbeatMs`, both in one packet, and closes those that do not answer
 * in time. Every socket has a second of its own, so that thousands that opened together are not served together.
 * Gives a function that stops it.
 */
export function heartbeat(connections: Connections, system: System): () => void {
  const userQueues = new WeakMap<Socket, number>();
  let seen = 0;
  let now = 0;
  let mayHaveHeard = true;
  let cancel = system.after(second, look);

  function look() {
    now = (now + 1) % beats;
    for (const socket of [...connections.all()]) {
      const turn = userQueues.get(socket);
      if (turn === undefined) userQueues.set(socket, seen++ % beats);
      else if (socket.data.owedFor !== undefined) wait(socket);
      else if (turn === now && !socket.data.closed) beat(socket);
    }
    // Seconds in which this process did not run, such as on a machine that slept, do not count as a client's silence.
    mayHaveHeard = false;
    setImmediate(() => {
      mayHaveHeard = true;
    });
    cancel = system.after(second, look);
  }

  function wait(socket: Socket) {
    const before = socket.data.backlog ?? 0;
    socket.data.backlog = socket.getBufferedAmount();
    // On a slow line the ping waits behind what was sent before; as long as that queue shrinks, the client is there.
    const isMoving = socket.data.backlog < before;
    if (mayHaveHeard && !isMoving) socket.data.owedFor! += 1;
    if (socket.data.owedFor! < patience) return;
    socket.data.wasSilent = true;
    socket.terminate();
  }

  return () => cancel();
}

function beat(socket: Socket) {
  socket.data.owedFor = 0;
  socket.data.backlog = socket.getBufferedAmount();
  socket.cork(() => {
    socket.ping();
    socket.send(nothing);
  });
}
