import { closeCodes } from "../protocol/close-codes.ts";
import type { System } from "../system.ts";
import { type Connections, closeSocket, type Socket } from "./connections.ts";

/** How often all sockets are looked at. */
export const watchMs = 1_000;
/** A socket with more than this waiting at two looks in a row does not keep up. */
export const slowBytes = 512 * 1024;
/** How long a closed socket may take to take notice before it is cut off. */
const lingerMs = 5_000;

/**
 * Looks at every open socket once a second: one whose session ended by the clock is closed, and one that does not keep
 * up is told to come back and catch up. Gives a function that ends the watch.
 */
export function watch(
  connections: Connections,
  mayStay: (socket: Socket) => boolean,
  system: System,
): () => void {
  let slow = new Set<Socket>();
  let cancel = system.after(watchMs, look);

  function look() {
    const stillSlow = new Set<Socket>();
    for (const socket of [...connections.all()]) {
      if (socket.data.closed) continue;
      if (!mayStay(socket)) closeSocket(socket, closeCodes.sessionExpired);
      else if (socket.getBufferedAmount() > slowBytes) {
        if (slow.has(socket)) cutOff(socket);
        else stillSlow.add(socket);
      }
    }
    slow = stillSlow;
    cancel = system.after(watchMs, look);
  }

  function cutOff(socket: Socket) {
    closeSocket(socket, closeCodes.tooSlow);
    system.after(lingerMs, () => socket.terminate());
  }

  return () => cancel();
}
