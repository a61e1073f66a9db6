import type { Socket, SocketHandler } from "bun";
import { Wire } from "./wire.ts";

export interface Address {
  port: number;
  path: string;
  /** Of the upgrade request, besides those every WebSocket client sends. */
  headers: Record<string, string>;
}

/** No certificate is verified: all are the same self-made one, and everything is on this machine. */
const tls = { rejectUnauthorized: false };
const host = "127.0.0.1";

/** Shakes hands over TLS, upgrades, and gives the open socket; `onText` is there before the first frame. */
export function openWire({ port, path, headers }: Address, onText: Wire["onText"] = null): Promise<Wire> {
  const { promise, resolve, reject } = Promise.withResolvers<Wire>();
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: localhost:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  let answer = "";

  const data = (socket: Socket<Wire | null>, chunk: Buffer) => {
    if (socket.data) return socket.data.take(chunk);
    answer += chunk.toString("latin1");
    const end = answer.indexOf("\r\n\r\n");
    if (end === -1) return;
    if (!answer.startsWith("HTTP/1.1 101")) return fail(socket, answer.slice(0, 300));
    const wire = new Wire(socket, onText);
    socket.data = wire;
    resolve(wire);
    const more = Buffer.from(answer.slice(end + 4), "latin1");
    if (more.length > 0) wire.take(more);
  };
  const fail = (socket: Socket<Wire | null>, why: string) => {
    reject(new Error(`No WebSocket at port ${port}${path}: ${why}`));
    socket.end();
  };
  const socket: SocketHandler<Wire | null> = {
    handshake: (socket) => void socket.write(`${lines.join("\r\n")}\r\n\r\n`),
    data,
    close: (socket) => (socket.data ? socket.data.end() : fail(socket, "closed")),
    error: (socket, error) => fail(socket, error.message),
  };
  Bun.connect({ hostname: host, port, tls, data: null, socket }).catch(reject);
  return promise;
}

/** Shakes hands over TLS and nothing more; gives how to hang up. */
export function openTls(port: number): Promise<() => void> {
  const { promise, resolve, reject } = Promise.withResolvers<() => void>();
  const socket: SocketHandler<null> = {
    handshake: (socket) => resolve(() => void socket.end()),
    data() {},
    error: (_, error) => reject(error),
  };
  Bun.connect({ hostname: host, port, tls, data: null, socket }).catch(reject);
  return promise;
}
