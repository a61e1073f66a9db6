import { type CloseCode, closeCodes } from "../protocol/close-codes.ts";
import type { System } from "../system.ts";
import { type Connections, closeSocket, type Socket } from "./connections.ts";

/** How often all sockets are looked at. */
export const watchMs = 1_000;
/** What may wait in memory for one socket, in bytes. Bun drops what is above, so there the socket has missed something. */
export const backlogMax = 4 * 1024 * 1024;
/** A backlog above this counts as slow unless it shrinks: a page on a slow line takes its time, but moves. */
export const slowBytes = 512 * 1024;
/** At how many looks in a row a slow socket may not move before it is closed: longer than a tunnel, shorter than a nap. */
const patience = 10;

/**
 * Looks at every open socket once a second: one that has a reason to leave, such as a session that ended by the clock, is
 * closed for it, and one that does not keep up is told to come back and catch up. It reads that after its backlog; if it never reads again, Bun lets go of the
 * backlog by itself some seconds after the close. Gives a function that ends the watch.
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
