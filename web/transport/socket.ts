import { shouldReconnect } from "../../server/protocol/close-codes.ts";
import type { Command } from "../../server/protocol/commands.ts";
import type { ChatEvent } from "../../server/protocol/events.ts";
import { limits } from "../../server/protocol/limits.ts";
import { backoff } from "./backoff.ts";
import type { System } from "./system.ts";

/** How the connection stands. `opened` tells whether the try that just failed had got as far as an open socket. */
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
  /** Events, or none where the server only gave a sign of life. */
  received(events: ChatEvent[]): void;
  /** The server owes an answer for too long. The next that is received ends the silence. */
  fellSilent(): void;
}

const connectWithin = 10_000;
/** The server's sign of life is late after so long, and is asked for. */
const silence = limits.heartbeatMs + 600;
/** A silence is worth a word after so long: together with the time before, within 15 s. */
const pongWithin = 1_300;
/** What was sent, or asked for out of doubt, is answered within this time as a rule. */
const answerWithin = 3_000;
/** A connection that was silent for so long after that is given up. */
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

  /** Leaves and stays away until `connect` is called. */
  close(): void {
    this.#drop();
    this.#attempt = 0;
    this.#become({ kind: "closed", code: null });
  }

  /** Sends a command; says whether it left. One that did not leave is gone: whoever cares sends it again. */
  send(command: Command): boolean {
    if (this.#link.kind !== "open" || !this.#socket) return false;
    this.#socket.send(JSON.stringify(command));
    // A mark of what was read has no answer of its own.
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

  /** There is reason to think that the network is gone or another one: asks at once. */
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

  /** Asks for an answer; without one within `ms` the silence is told, and after some more time the connection given up. */
  #ping(ms: number): void {
    this.#owed = true;
    this.send({ type: "ping", ref: "ping" });
    this.#later(ms, () => {
      this.#later(patience, () => this.#giveUp());
      this.#isSilent = true;
      this.#listener.fellSilent();
    });
  }

  /** The network says nothing, not even that it failed. */
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
