import type { ServerWebSocket } from "bun";
import type { Topic } from "../broker/topics.ts";
import { type CloseCode, closeCodes } from "../protocol/close-codes.ts";
import type { Session } from "../store/sessions.ts";

/** What the server holds of one open socket. */
export interface Connection {
  readonly session: Session;
  /** The network it was opened from, for the audit log. */
  readonly address?: string;
  /** For how many seconds the client has not answered a ping; absent while no answer is due. */
  owedFor?: number;
  /** How many bytes were queued for this socket at the latest heartbeat. */
  backlog?: number;
  /** Set once the socket was closed because the client answered no ping. */
  wasSilent?: boolean;
  /** Set once the server has closed the socket: frames that still arrive are ignored. */
  closed: boolean;
  /** Why the server closed it. The code that the close event carries may be the client's instead. */
  closedFor?: CloseCode;
}

export type Socket = ServerWebSocket<Connection>;

/** The open sockets, found by who holds them. */
export class Connections {
  #byUser = new Map<number, Set<Socket>>();

  /** Adds a socket; false when its user already has `most` of them. */
  add(socket: Socket, most: number): boolean {
    const { userId } = socket.data.session;
    const sockets = this.#byUser.get(userId) ?? new Set();
    if (sockets.size >= most) return false;
    this.#byUser.set(userId, sockets.add(socket));
    return true;
  }

  /** Forgets a socket; false when it was not here. */
  remove(socket: Socket): boolean {
    const { userId } = socket.data.session;
    const sockets = this.#byUser.get(userId);
    const removed = sockets?.delete(socket) ?? false;
    if (sockets?.size === 0) this.#byUser.delete(userId);
    return removed;
  }

  /** Whether the user has an open socket here. */
  has(userId: number): boolean {
    return this.#byUser.has(userId);
  }

  get isEmpty(): boolean {
    return this.#byUser.size === 0;
  }

  *all(): Iterable<Socket> {
    for (const sockets of this.#byUser.values()) yield* sockets;
  }

  /** Lets the sockets of a user hear a topic from now on, or no more. */
  follow(userId: number, topic: Topic, on: boolean): void {
    for (const socket of this.#byUser.get(userId) ?? []) {
      if (socket.data.closed) continue;
      if (on) socket.subscribe(topic);
      else socket.unsubscribe(topic);
    }
  }

  /** Closes the sockets of one session. */
  closeSession(session: Pick<Session, "id" | "userId">, code: CloseCode): void {
    for (const socket of [...(this.#byUser.get(session.userId) ?? [])]) {
      if (socket.data.session.id.equals(session.id)) closeSocket(socket, code);
    }
  }

  /** Closes every socket, a few at a time, so that the others are served meanwhile. */
  async closeAll(code: CloseCode): Promise<void> {
    for (const [at, socket] of [...this.all()].entries()) {
      if (at % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
      closeSocket(socket, code);
    }
  }

  /** Closes all sockets of a user, except those of the session `but`. */
  closeUser(userId: number, code: CloseCode, but?: Pick<Session, "id">): void {
    for (const socket of [...(this.#byUser.get(userId) ?? [])]) {
      if (!but || !socket.data.session.id.equals(but.id)) closeSocket(socket, code);
    }
  }

  /** Notes on the sockets of a user which factors the account has now; their next frame, or the watch, acts on it. */
  learn(
    userId: number,
    { hasCode, hasPasskey, hasRecovery }: Partial<Pick<Session, "hasCode" | "hasPasskey" | "hasRecovery">>,
  ): void {
    for (const socket of this.#byUser.get(userId) ?? []) {
      const { session } = socket.data;
      session.hasCode = hasCode ?? session.hasCode;
      session.hasPasskey = hasPasskey ?? session.hasPasskey;
      session.hasRecovery = hasRecovery ?? session.hasRecovery;
    }
  }
}

const reasons = new Map<CloseCode, string>(
  Object.entries(closeCodes).map(([name, code]) => [
    code,
    name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
  ]),
);

/** Closes a socket for a reason. It leaves its topics at once: what is published from here on does not reach it. */
export function closeSocket(socket: Socket, code: CloseCode): void {
  socket.data.closed = true;
  socket.data.closedFor = code;
  for (const topic of socket.subscriptions) socket.unsubscribe(topic);
  socket.close(code, reasons.get(code));
}
