import { closeCodes } from "../../server/protocol/close-codes.ts";
import type { Command } from "../../server/protocol/commands.ts";
import type { ChatEvent, EventOf } from "../../server/protocol/events.ts";
import { backoff } from "../transport/backoff.ts";
import { notReached, Refused } from "../transport/refused.ts";
import { type Link, ReconnectingSocket, type SocketDeps } from "../transport/socket.ts";

/** A command before it has been given its `ref`. */
export type Ask<C = Command> = C extends Command ? Omit<C, "ref"> : never;
type Refusal = EventOf<"error">;

/** The callbacks of a command that waits for its answer. */
interface Waiting {
  refused(refusal: Refusal): void;
  answered?(event: ChatEvent): void;
  /** No answer will come: the command may have been carried out or not. */
  lost?(): void;
}

/** The state that the banner shows: none, connecting, how long until the next try, too many connections, or ended. */
export type Trouble =
  | { kind: "trying" }
  | { kind: "waiting"; seconds: number }
  | { kind: "crowded" }
  | { kind: "closed" }
  | null;

/** The live connection as the screens see it. Commands are sent by `ask`; a refusal is matched to its command by `ref`. */
export class Connection {
  readonly #socket: ReconnectingSocket;
  readonly #deps: SocketDeps;
  readonly #heard: (event: ChatEvent) => void;
  #link = $state.raw<Link>({ kind: "closed", code: null });
  #entered = $state(false);
  /** The server fell silent, and has not been heard since. */
  #silent = $state(false);
  #seconds = $state(0);
  #asked = new Map<string, Waiting>();
  #count = 0;
  /** Events that arrived before the answer to `chat.enter`, which says what epoch they belong to. */
  #early: ChatEvent[] = [];
  #stopTicking = () => {};
  /** Whether the person has too many connections for this one; and how often it was tried again. */
  #crowded = $state(false);
  #looked = 0;
  #stopLooking = () => {};

  constructor(deps: SocketDeps, heard: { changed(link: Link): void; event(event: ChatEvent): void }) {
    this.#deps = deps;
    this.#heard = heard.event;
    this.#socket = new ReconnectingSocket(deps, {
      changed: (link) => {
        this.#follow(link);
        heard.changed(link);
      },
      fellSilent: () => {
        this.#silent = true;
      },
      received: (events) => {
        this.#silent = false;
        for (const event of events) this.#hear(event);
      },
    });
  }

  /** Whether the chat has been entered over the present socket, so that commands are answered. */
  get entered(): boolean {
    return this.#entered;
  }

  /** A short first interruption is not shown. A long one is, and so is a silence, which has lasted already. */
  get trouble(): Trouble {
    const link = this.#link;
    if (this.#crowded) return { kind: "crowded" };
    if (link.kind === "closed") return link.code === null ? null : { kind: "closed" };
    if (!this.#silent && (link.kind === "open" || link.attempt < 2)) return null;
    return link.kind === "waiting" ? { kind: "waiting", seconds: this.#seconds } : { kind: "trying" };
  }

  connect(): void {
    this.#socket.connect();
  }

  close(): void {
    this.#socket.close();
  }

  /** The network or the person came back. They may have closed another tab, so there may be room for this connection. */
  wake(): void {
    if (this.#crowded) {
      this.#looked = 0;
      this.#socket.connect();
    } else this.#socket.wake();
  }

  doubt(): void {
    this.#socket.doubt();
  }

  /** Sends a command and gives its `ref`, or null when there is no connection. `refused` hears if it is turned down. */
  ask(command: Ask, refused: (refusal: Refusal) => void = () => {}): string | null {
    return this.#send(command, { refused });
  }

  /** Sends a command of which it does not matter whether it arrives. */
  tell(command: Ask): void {
    this.#send(command, null);
  }

  /** Sends a command and gives its answer when it has come; throws `Refused`, also when no answer can come any more. */
  request(command: Ask): Promise<ChatEvent> {
    return new Promise((answered, reject) => {
      const lost = () => reject(notReached());
      const refused = (refusal: Refusal) => reject(new Refused(refusal));
      if (!this.#entered || this.#send(command, { refused, answered, lost }) === null) lost();
    });
  }

  /** The chat was entered: the connection is complete, and events that came early are applied. */
  welcome(): void {
    this.#entered = true;
    this.#crowded = false;
    this.#looked = 0;
    for (const event of this.#early.splice(0)) this.#heard(event);
  }

  /** Hands a refusal to whoever asked. */
  refuse(refusal: Refusal): void {
    const waiting = this.#asked.get(refusal.ref ?? "");
    this.#asked.delete(refusal.ref ?? "");
    waiting?.refused(refusal);
  }

  #send(command: Ask, waiting: Waiting | null): string | null {
    this.#count += 1;
    const ref = String(this.#count);
    if (!this.#socket.send({ ...command, ref } as Command)) return null;
    if (waiting) this.#asked.set(ref, waiting);
    return ref;
  }

  #hear(event: ChatEvent): void {
    if (event.type === "error" || event.type === "chat.entered" || this.#entered) this.#heard(event);
    else this.#early.push(event);
    if (!("ref" in event)) return;
    const waiting = this.#asked.get(event.ref ?? "");
    this.#asked.delete(event.ref ?? "");
    waiting?.answered?.(event);
  }

  #follow(link: Link): void {
    this.#link = link;
    if (link.kind === "closed") this.#silent = false;
    if (link.kind !== "open") {
      this.#entered = false;
      const waiting = [...this.#asked.values()];
      this.#asked.clear();
      for (const { lost } of waiting) lost?.();
      this.#early = [];
    }
    this.#stopLooking();
    if (link.kind === "closed") this.#crowded = link.code === closeCodes.tooManySockets;
    if (link.kind === "waiting") this.#crowded = false;
    if (this.#crowded && link.kind === "closed") this.#lookForPlace();
    this.#stopTicking();
    if (link.kind === "waiting") this.#tick(link.retryAt);
  }

  /** Tries again later: no event says that another tab or device has left. */
  #lookForPlace(): void {
    const { system } = this.#deps;
    this.#looked += 1;
    this.#stopLooking = system.after(backoff(this.#looked, system.chance()), () => this.#socket.connect());
  }

  #tick(retryAt: number): void {
    const left = Math.max(0, retryAt - this.#deps.system.now());
    this.#seconds = Math.ceil(left / 1000);
    if (left > 0) this.#stopTicking = this.#deps.system.after(left % 1000 || 1000, () => this.#tick(retryAt));
  }
}
