import { type CloseCode, closeCodes } from "../protocol/close-codes.ts";
import type { System } from "../system.ts";
import { type Connections, closeSocket, type Socket } from "./connections.ts";

/** How often all sockets are checked. */
export const watchMs = 1_000;
/** How many bytes may be queued for one socket. Bun drops what exceeds it, so that the socket has missed something. */
export const backlogMax = 4 * 1024 * 1024;
/** A queue above this size counts as slow unless it shrinks, as it does on a slow line that works. */
export const slowBytes = 512 * 1024;
/** For how many checks in a row a slow socket's queue may not shrink before the socket is closed: longer than a tunnel takes. */
const patience = 10;

/**
 * Checks every open socket once a second. A socket is closed for its reason if it has one, such as a session that expired,
 * and as `tooSlow` if it does not keep up, which tells its client to reconnect and catch up. The client reads the close after
 * its queue; if it never reads again, Bun frees the queue some seconds later. Gives a function that stops the watch.
 */
export function watch(
  connections: Connections,
  closeReason: (socket: Socket) => CloseCode | null,
  system: System,
): () => void {
  let stuck = new Map<Socket, { bytes: number; looks: number }>();
  let cancel = system.after(watchMs, look);

  function look() {
    const before = stuck;
    stuck = new Map();
    for (const socket of [...connections.all()]) {
      if (socket.data.closed) continue;
      const reason = closeReason(socket);
      if (reason !== null) closeSocket(socket, reason);
      else if (!keepsUp(socket, before.get(socket))) closeSocket(socket, closeCodes.tooSlow);
    }
    cancel = system.after(watchMs, look);
  }

  function keepsUp(socket: Socket, before?: { bytes: number; looks: number }): boolean {
    const bytes = socket.getBufferedAmount();
    if (bytes <= slowBytes) return true;
    const looks = before && bytes >= before.bytes ? before.looks + 1 : 1;
    stuck.set(socket, { bytes, looks });
    return bytes <= backlogMax && looks < patience;
  }

  return () => cancel();
}
