import { limits } from "../protocol/limits.ts";
import type { System } from "../system.ts";
import type { Connections, Socket } from "./connections.ts";

const second = 1_000;
const beats = limits.heartbeatMs / second;
/** For how many seconds an answer may be owed: on a slow network one takes its time. Others hear of it within 25 s in all. */
const patience = 9;
/** An event for nobody: a page hears nothing of a ping, which its browser answers. */
const nothing = "[]";

/**
 * Gives every socket a sign of life once in `heartbeatMs` and asks for one, both in one packet, and lets go of those that owe
 * an answer for too long. Each has a second of its own, so that thousands that came at once are not served at once.
 * Gives a function that ends it.
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
    // Seconds in which this process did not run, as on a machine that slept, are nobody's silence.
    mayHaveHeard = false;
    setImmediate(() => {
      mayHaveHeard = true;
    });
    cancel = system.after(second, look);
  }

  function wait(socket: Socket) {
    const before = socket.data.backlog ?? 0;
    socket.data.backlog = socket.getBufferedAmount();
    // On a slow line the question stands behind what was sent before; as long as that moves, somebody is there.
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
