import type { TLSSocket } from "node:tls";
import type { Person, Reachable } from "./person.ts";
import { connection, upgrade } from "./raw.ts";

/** A WebSocket by hand: it reads when a test lets it, and goes on after it was told to stop. */
export class Wire {
  readonly socket: TLSSocket;
  received: Buffer[] = [];
  readonly ended: Promise<void>;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    this.ended = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {});
    socket.on("data", (data: Buffer) => void this.received.push(data));
  }

  /** Opens one as a person who is signed in; resolves when the server has accepted it. */
  static async open(server: Reachable, person: Person): Promise<Wire> {
    const socket = await connection(server);
    const wire = new Wire(socket);
    const head = Object.entries({
      Host: new URL(server.origin).host,
      Connection: "Upgrade",
      Cookie: person.cookies,
      ...upgrade(server),
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    const answered = new Promise((resolve) => socket.once("data", resolve));
    socket.write(`GET /api/socket HTTP/1.1\r\n${head.join("")}\r\n`);
    await answered;
    return wire;
  }

  /** Stops reading: what the server sends piles up on its side, once the system's own buffers are full. */
  stall(): void {
    this.socket.pause();
  }

  /** Reads on, to the end. Gives how many bytes came in all and the code of the close frame they end with. */
  async drain(): Promise<{ bytes: number; code: number | null }> {
    this.socket.resume();
    await this.ended;
    const all = Buffer.concat(this.received);
    const close = all.lastIndexOf(0x88);
    const isLast = close >= 0 && close + 2 + all[close + 1]! === all.length;
    return { bytes: all.length, code: isLast ? all.readUInt16BE(close + 2) : null };
  }

  /** Sends a text frame, whatever became of the connection. */
  send(command: object): void {
    const text = Buffer.from(JSON.stringify(command));
    const head = Buffer.from([0x81, 0x80 | 126, text.length >> 8, text.length & 255, 0, 0, 0, 0]);
    this.socket.write(Buffer.concat([head, text]));
  }
}
