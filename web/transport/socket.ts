import { shouldReconnect } from "../../server/protocol/close-codes.ts";
import type { Command } from "../../server/protocol/commands.ts";
import type { ChatEvent } from "../../server/protocol/events.ts";
import { limits } from "../../server/protocol/limits.ts";
import { backoff } from "./backoff.ts";
import type { System } from "./system.ts";

/** The state of the connection. `opened` says whether the try that just failed had an open socket. */
export type Link =
  | { kind: "connecting"; attempt: number }
  | { kind: "open" }
  | { kind: "waiting"; attempt: number; retryAt: number; opened: boolean }
  | { kind: "closed"; code: number | null };

export interface SocketDeps {
  url: string;
  WebSocket: new (url: string, protocols: string[]) => WebSocket;
  /** What to offer to the server; asked each time. */
  protocols(): string[];
  system: System;
}

export interface SocketListener {
  changed(link: Link): void;
  /** Events; none for a heartbeat. */
  received(events: ChatEvent[]): void;
  /** The server has not answered for too long. The next frame ends the silence. */
  fellSilent(): void;
}

const connectWithin = 10_000;
/** After this long without a frame the heartbeat is late, and the server is asked for an answer. */
const silence = limits.heartbeatMs + 600;
/** How long that answer may take before the silence is shown: within 15 s in all. */
const pongWithin = 1_300;
/** Commands, and pings in doubt, are usually answered within this time. */
const answerWithin = 3_000;
/** After the silence is shown, the connection is given up after this long. */
const patience = 5_000;
/** After waking up, a connection that has been silent for this long has to prove that it is alive. */
const freshFor = 5_000;

/** A socket that comes back by itself unless its close code says to stay away, and that notices when it has died. */
export class ReconnectingSocket {
  readonly #deps: SocketDeps;
  readonly #listener: SocketListener;
  #socket: WebSocket | null = null;
  #link: Link = { kind: "closed", code: null };
  #attempt = 0;
  #heardAt = 0;
  /** Whether the server has been asked something since it was last heard. */
  #owed = false;
  #isSilent = false;
  #cancel: () => void = () => {};

  constructor(deps: SocketDeps, listener: SocketListener) {
    this.#deps = deps;
    this.#listener = listener;
  }

  /** Connects now, whatever it was waiting for. Does nothing while connecting, or open and not silent. */
  connect(): void {
    if (this.#link.kind === "open" && this.#isSilent) this.#giveUp();
    if (this.#link.kind === "connecting" || this.#link.kind === "open") return;
    this.#attempt += 1;
    const socket = new this.#deps.WebSocket(this.#deps.url, this.#deps.protocols());
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => this.#heard(data);
    socket.onclose = ({ code }) => this.#lost(code);
    this.#later(connectWithin, () => this.#giveUp());
    this.#become({ kind: "connecting", attempt: this.#attempt });
  }

  /** Closes, and does not reconnect until `connect` is called. */
  close(): void {
    this.#drop();
    this.#attempt = 0;
    this.#become({ kind: "closed", code: null });
  }

  /** Sends a command; says whether it was sent. One that was not has to be sent again by the caller. */
  send(command: Command): boolean {
    if (this.#link.kind !== "open" || !this.#socket) return false;
    this.#socket.send(JSON.stringify(command));
    // `read.mark` has no answer of its own.
    if (command.type !== "read.mark" && command.type !== "ping" && !this.#owed) {
      this.#owed = true;
      this.#later(answerWithin, () => this.#ping(answerWithin));
    }
    return true;
  }

  /** The network came back, or the person did: tries at once, and checks a connection that claims to be open. */
  wake(): void {
    if (this.#link.kind === "waiting") this.connect();
    else if (this.#deps.system.now() - this.#heardAt >= freshFor) this.doubt();
  }

  /** The network may be gone, or another one: asks for an answer at once. */
  doubt(): void {
    if (this.#link.kind === "open" && !this.#owed) this.#ping(answerWithin);
  }

  #opened(): void {
    this.#listen();
    this.#become({ kind: "open" });
  }

  #heard(data: unknown): void {
    this.#attempt = 0;
    this.#listen();
    this.#listener.received(JSON.parse(String(data)));
  }

  #listen(): void {
    this.#heardAt = this.#deps.system.now();
    this.#owed = this.#isSilent = false;
    this.#later(silence, () => this.#ping(pongWithin));
  }

  /** Asks for an answer. Without one within `ms` the silence is shown, and later the connection given up. */
  #ping(ms: number): void {
    this.#owed = true;
    this.send({ type: "ping", ref: "ping" });
    this.#later(ms, () => {
      this.#later(patience, () => this.#giveUp());
      this.#isSilent = true;
      this.#listener.fellSilent();
    });
  }

  /** The network is silent, and no error was reported either. */
  #giveUp(): void {
    this.#lost(1006);
  }

  #lost(code: number): void {
    const opened = this.#link.kind === "open";
    this.#drop();
    if (!shouldReconnect(code)) {
      this.#attempt = 0;
      this.#become({ kind: "closed", code });
      return;
    }
    const { system } = this.#deps;
    const wait = backoff(this.#attempt + 1, system.chance());
    this.#later(wait, () => this.connect());
    this.#become({ kind: "waiting", attempt: this.#attempt + 1, retryAt: system.now() + wait, opened });
  }

  #drop(): void {
    this.#cancel();
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #later(ms: number, run: () => void): void {
    this.#cancel();
    this.#cancel = this.#deps.system.after(ms, run);
  }

  #become(link: Link): void {
    this.#link = link;
    this.#listener.changed(link);
  }
}
