import type { Socket } from "bun";

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
  /** Bytes of a frame that are still to come and interest nobody. */
  #skip = 0;
  /** The beginning of a frame that is not complete yet. */
  #rest: Buffer | null = null;

  constructor(socket: Socket<Wire | null>, onText: Wire["onText"]) {
    this.#socket = socket;
    this.onText = onText;
    this.closed = new Promise((resolve) => {
      this.#gone = resolve;
    });
  }

  /** Sends a text as one frame. The mask that the protocol asks of clients is zero, which masks nothing and costs nothing. */
  say(text: string): void {
    this.#write(0x1, Buffer.from(text));
  }

  close(): void {
    this.#socket.end();
  }

  /** What the socket brought; for `open-wire.ts`, as is `end`. */
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
