import type { CommandType } from "../../server/protocol/commands.ts";
import type { ChatEvent, EventOf, EventType } from "../../server/protocol/events.ts";

const openMs = 3_000;
const answerMs = 4_000;
/** How often a line is tried, and how long an answer may take before it counts as dead. */
const pingMs = 1_000;
const deadMs = 3_000;

interface Patience {
  ms?: number;
  /** Something else that may come instead of an answer. */
  settled?: Promise<null>;
}

/** One socket of a careful client, who gives it up when it has been silent for too long. */
export class Line {
  /** Resolves with the close code; 0 when it was given up from this side. */
  readonly closed: Promise<number>;
  readonly #raw: WebSocket;
  #waiting = new Map<string, (event: ChatEvent) => void>();
  #refs = 0;
  #close: (code: number) => void;

  private constructor(raw: WebSocket, hear: (event: ChatEvent) => void) {
    this.#raw = raw;
    const closed = Promise.withResolvers<number>();
    this.closed = closed.promise;
    this.#close = closed.resolve;
    raw.addEventListener("close", ({ code }) => closed.resolve(code));
    raw.addEventListener("message", ({ data }) => {
      for (const event of JSON.parse(data) as ChatEvent[]) {
        hear(event);
        if ("ref" in event && event.ref !== undefined) this.#waiting.get(event.ref)?.(event);
      }
    });
  }

  /** Opens one; throws when that is refused or takes too long. `hear` gets everything in its order. */
  static async open(origin: string, cookie: string, hear: (event: ChatEvent) => void): Promise<Line> {
    const headers = { cookie, origin };
    const options = { headers, tls: { rejectUnauthorized: false } } as unknown as string[];
    const raw = new WebSocket(`${origin.replace("https", "wss")}/api/socket`, options);
    const line = new Line(raw, hear);
    const opened = new Promise<true>((resolve) => raw.addEventListener("open", () => resolve(true)));
    if ((await within(openMs, Promise.race([opened, line.closed]))) === true) {
      void line.#keepTrying();
      return line;
    }
    line.end();
    throw new Error("The socket did not open");
  }

  get isOpen(): boolean {
    return this.#raw.readyState === WebSocket.OPEN;
  }

  send(type: CommandType, fields: Record<string, unknown>): string {
    const ref = `${++this.#refs}`;
    this.#raw.send(JSON.stringify({ type, ref, ...fields }));
    return ref;
  }

  /** Resolves with what answers a command: the event with its ref, also a refusal; null where `settled` is first. Throws when nothing comes. */
  async answer(ref: string, { ms = answerMs, settled }: Patience = {}): Promise<ChatEvent | null> {
    const answered = Promise.withResolvers<ChatEvent>();
    this.#waiting.set(ref, answered.resolve);
    const all = [answered.promise, this.closed, ...(settled ? [settled] : [])];
    const event = await within(ms, Promise.race(all));
    this.#waiting.delete(ref);
    if (typeof event === "object") return event;
    this.end();
    throw new Error("No answer came");
  }

  /** Asks, again where the server is busy, and gives the answer; throws at any other refusal. */
  async ask<T extends EventType>(type: CommandType, fields: Record<string, unknown>): Promise<EventOf<T>> {
    for (;;) {
      const event = (await this.answer(this.send(type, fields)))!;
      if (event.type !== "error") return event as EventOf<T>;
      if (event.code !== "busy") throw new Error(`${type} was refused: ${event.code}`);
      await Bun.sleep(event.retryAfter ?? 200);
    }
  }

  /** Lets go of it at once, as a network that fails does. */
  end(): void {
    // Bun has it, and the type of the browser does not.
    (this.#raw as WebSocket & { terminate(): void }).terminate();
    this.#close(0);
  }

  async #keepTrying() {
    while (this.isOpen) {
      await Promise.race([Bun.sleep(pingMs), this.closed]);
      if (this.isOpen) await this.answer(this.send("ping", {}), { ms: deadMs }).catch(() => {});
    }
  }
}

/** What comes first: the promise, or "late" after so long. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | "late"> {
  const late = Promise.withResolvers<"late">();
  const timer = setTimeout(() => late.resolve("late"), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
