import type { ChatEvent, Message } from "../../server/protocol/events.ts";
import { Follower } from "./follower.ts";
import type { Account } from "./ledger.ts";
import type { Person, Socket } from "./person.ts";

/** How many messages a talker has on the way at most. */
const windowMax = 4;

/**
 * Someone who never stops talking, in the conversations given, as a careful client does: what was not acknowledged is
 * said again, in order and under its own id, over every new connection.
 */
export class Talker implements Account {
  readonly person: Person;
  readonly followers: Follower[];
  readonly said: Account["said"] = [];
  readonly acknowledged: Message[] = [];
  readonly #choose: () => number;
  readonly #heard: () => void;
  #unacknowledged: Account["said"] = [];
  #quiet = false;

  /** `choose` gives a number from 0 up to 1; `heard` is called at each acknowledgement. */
  constructor(person: Person, conversations: string[], choose: () => number, heard: () => void) {
    this.person = person;
    this.followers = conversations.map((id) => new Follower(id));
    this.#choose = choose;
    this.#heard = heard;
  }

  /** Talks until told to be quiet; `reachable` resolves whenever there is a server to talk to. */
  async talk(reachable: () => Promise<void>): Promise<void> {
    while (!this.#quiet || this.#unacknowledged.length > 0) {
      await reachable();
      // A connection that breaks, at whatever moment, is what this is about.
      await this.#connection().catch(() => {});
    }
  }

  /** Says nothing new; `talk` ends when the last message is acknowledged. */
  beQuiet(): void {
    this.#quiet = true;
  }

  async #connection() {
    const socket = await this.person.enter();
    const acknowledged = this.#listen(socket);
    for (const follower of this.followers) await follower.follow(socket);
    for (const each of this.#unacknowledged) this.#send(socket, each);
    for (;;) {
      while (!this.#quiet && this.#unacknowledged.length < windowMax) {
        const next = this.#next();
        this.said.push(next);
        this.#unacknowledged.push(next);
        this.#send(socket, next);
      }
      if (this.#quiet && this.#unacknowledged.length === 0) return;
      await acknowledged();
    }
  }

  #next(): Account["said"][number] {
    const { conversation } = this.followers[Math.floor(this.#choose() * this.followers.length)]!;
    const text = `${this.person.name} says ${this.said.length + 1}`;
    return { clientId: crypto.randomUUID(), text, conversation };
  }

  #send(socket: Socket, { clientId, text, conversation }: Account["said"][number]) {
    socket.send("message.send", { conversation, clientId, body: { text } });
  }

  /** Notes every acknowledgement; the returned function waits for the next one, or throws when the socket closes. */
  #listen(socket: Socket): () => Promise<void> {
    let next = Promise.withResolvers<void>();
    socket.raw.addEventListener("message", ({ data }) => {
      for (const event of JSON.parse(data) as ChatEvent[]) {
        if (event.type !== "message.sent") continue;
        const { message } = event;
        const at = this.#unacknowledged.findIndex(({ clientId }) => clientId === message.clientId);
        if (at < 0) continue;
        this.#unacknowledged.splice(at, 1);
        this.acknowledged.push(message);
        this.#heard();
        next.resolve();
      }
    });
    const closed = socket.closed.then((code) => Promise.reject(new Error(`The socket closed with ${code}`)));
    closed.catch(() => {});
    return async () => {
      await Promise.race([next.promise, closed]);
      next = Promise.withResolvers<void>();
    };
  }
}
