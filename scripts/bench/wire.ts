import type { Socket, SocketHandler } from "bun";

export interface Address {
  port: number;
  path: string;
  /** Of the upgrade request, besides those every WebSocket client sends. */
  headers: Record<string, string>;
}

/** No certificate is verified: all are the same self-made one, and everything is on this machine. */
const tls = { rejectUnauthorized: false };
const host = "127.0.0.1";

/** Shakes hands over TLS, upgrades, and gives the open socket. */
export function openWire({ port, path, headers }: Address): Promise<Wire> {
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
    const wire = new Wire(socket);
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

/**
 * A WebSocket client that does as little as it can: it walks over frames, counts them, and looks inside only where
 * someone listens. A thousand of them are to fit on one core without being what the benchmark measures.
 */
export class Wire {
  frames = 0;
  bytes = 0;
  /** Called with each text; while it is null, texts are only counted. */
  onText: ((text: Buffer) => void) | null = null;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  readonly #socket: Socket<Wire | null>;
  #gone = () => {};
  #ref = 0;
  /** Bytes of a frame that are still to come and interest nobody. */
  #skip = 0;
  /** The beginning of a frame that is not complete yet. */
  #rest: Buffer | null = null;

  constructor(socket: Socket<Wire | null>) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => {
      this.#gone = resolve;
    });
  }

  /** Sends a text as one frame. The mask that the protocol asks of clients is zero, which masks nothing and costs nothing. */
  say(text: string): void {
    this.#write(0x1, Buffer.from(text));
  }

  /** Sends a text; gives the first one that comes with this in it. What else comes is only counted. */
  answer(text: string, mark: string): Promise<string> {
    const bytes = Buffer.from(mark);
    return new Promise((resolve) => {
      this.onText = (text) => {
        if (!text.includes(bytes)) return;
        this.onText = null;
        resolve(text.toString());
      };
      this.say(text);
    });
  }

  /** Sends a command to ours; gives the text that answers it, unread. */
  ask(command: Record<string, unknown>): Promise<string> {
    const ref = `ask-${this.#ref++}`;
    const asked = this.answer(JSON.stringify({ ...command, ref }), `"ref":"${ref}"`);
    return withPatience(asked, "an answer that never came");
  }

  close(): Promise<void> {
    this.#socket.end();
    return this.closed;
  }

  /** Takes what the socket brought. */
  take(chunk: Buffer): void {
    let data = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#rest = null;
    while (data.length > 0) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, data.length);
        this.#skip -= skipped;
        data = data.subarray(skipped);
        continue;
      }
      const frame = headOf(data);
      const whole = frame !== null && data.length >= frame.start + frame.length;
      if (!frame || (!whole && this.#wants(frame))) {
        this.#rest = data;
        return;
      }
      this.#count(frame, data);
      this.#skip = Math.max(0, frame.start + frame.length - data.length);
      data = data.subarray(frame.start + frame.length);
    }
  }

  end(): void {
    this.#gone();
  }

  /** Control frames, and texts of one character (the pings of Socket.IO), want an answer. */
  #wants({ kind, length }: Frame) {
    return kind !== 0x1 || length === 1 || this.onText !== null;
  }

  #count(frame: Frame, data: Buffer) {
    if (!this.#wants(frame)) {
      this.frames++;
      this.bytes += frame.length;
      return;
    }
    const payload = data.subarray(frame.start, frame.start + frame.length);
    if (frame.kind === 0x9) this.#write(0xa, payload);
    else if (frame.kind === 0x8) this.#socket.end();
    else if (frame.length === 1) this.say("3");
    else if (frame.kind === 0x1) {
      this.frames++;
      this.bytes += frame.length;
      this.onText?.(payload);
    }
  }

  #write(kind: number, payload: Buffer) {
    const { length } = payload;
    const start = length < 126 ? 6 : 8;
    const frame = Buffer.alloc(start + length);
    frame[0] = 0x80 | kind;
    frame[1] = 0x80 | Math.min(length, 126);
    if (length >= 126) frame.writeUInt16BE(length, 2);
    payload.copy(frame, start);
    if (this.#socket.write(frame) !== frame.length) throw new Error("The server takes no more; send less");
  }
}

interface Frame {
  kind: number;
  /** Where its payload starts. */
  start: number;
  length: number;
}

/** The frame at the beginning of the data; null when even its header is not complete. */
function headOf(data: Buffer): Frame | null {
  const kind = data[0]! & 0x0f;
  const short = data[1]! & 0x7f;
  if (data.length < 2) return null;
  if (short < 126) return { kind, start: 2, length: short };
  if (short === 126) return data.length < 4 ? null : { kind, start: 4, length: data.readUInt16BE(2) };
  return data.length < 10 ? null : { kind, start: 10, length: Number(data.readBigUInt64BE(2)) };
}

export const patienceMs = 15_000;

/** A benchmark that hangs helps nobody: fails after a while, saying what it waited for. */
export async function withPatience<T>(work: Promise<T>, otherwise: string): Promise<T> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited too long: ${otherwise}`)), patienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
