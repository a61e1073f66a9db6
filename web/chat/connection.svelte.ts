import { closeCodes } from "../../server/protocol/close-codes.ts";
import type { Command } from "../../server/protocol/commands.ts";
import type { ChatEvent, EventOf } from "../../server/protocol/events.ts";
import { backoff } from "../transport/backoff.ts";
import { notReached, Refused } from "../transport/refused.ts";
import { type Link, ReconnectingSocket, type SocketDeps } from "../transport/socket.ts";

/** A command before it has been given its `ref`. */
export type Ask<C = Command> = C extends Command ? Omit<C, "ref"> : never;
type Refusal = EventOf<"error">;

/** Who waits for the answer to a command. */
interface Waiting {
  refused(refusal: Refusal): void;
  answered?(): void;
  /** No answer will come, and what was asked for may be done or not. */
  lost?(): void;
}

/** What the banner says: nothing, trying, how long until the next try, that this is one tab too many, or that it is over. */
export type Trouble =
  | { kind: "trying" }
  | { kind: "waiting"; seconds: number }
  | { kind: "crowded" }
  | { kind: "closed" }
  | null;

/** The live connection as the screens see it. Commands go out through `ask`; a refusal finds its way back by `ref`. */
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
  /** What came over a new socket before the answer to `chat.enter`, which says what history it belongs to. */
  #early: ChatEvent[] = [];
  #stopTicking = () => {};
  /** Whether the person has so many connections that there is no place for this one; and how often one was looked for. */
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

  /** A first short interruption is not worth a word; what lasts is, and a silence has lasted. */
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

  /** The network or the person came back. Who closes a tab comes to this one: there may be a place now. */
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

  /** Sends a command and resolves with its answer having come; throws `Refused`, also when none can come any more. */
  request(command: Ask): Promise<void> {
    return new Promise((answered, reject) => {
      const lost = () => reject(notReached());
      const refused = (refusal: Refusal) => reject(new Refused(refusal));
      if (!this.#entered || this.#send(command, { refused, answered, lost }) === null) lost();
    });
  }

  /** The chat was entered: from now on the connection counts as whole, and what came early is heard. */
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

  #send(command: Ask, waiting: Waiting): string | null {
    this.#count += 1;
    const ref = String(this.#count);
    if (!this.#socket.send({ ...command, ref } as Command)) return null;
    this.#asked.set(ref, waiting);
    return ref;
  }

  #hear(event: ChatEvent): void {
    if (event.type === "error" || event.type === "chat.entered" || this.#entered) this.#heard(event);
    else this.#early.push(event);
    if (!("ref" in event)) return;
    const waiting = this.#asked.get(event.ref ?? "");
    this.#asked.delete(event.ref ?? "");
    waiting?.answered?.();
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

  /** A place is free when another tab or device goes; nobody tells of it. */
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
