import type { ChatEvent, EventOf, Message } from "../../server/protocol/events.ts";
import type { Socket } from "./person.ts";

type Entered = Socket & { entered: EventOf<"chat.entered"> };
type Answer = EventOf<"history.page"> | EventOf<"conversation.synced"> | EventOf<"error">;

/**
 * What a client knows of one conversation, kept by the rules of the protocol and nothing else: the latest pages give the
 * cursor, a live message is applied when it is next, a hole or a reconnect is closed by asking. Over any number of
 * sockets its log must end up as the store's.
 */
export class Follower {
  readonly conversation: string;
  /** Ascending by `seq`. */
  readonly log: Message[] = [];
  /** Places at which the server said two different things. */
  readonly contradictions: [Message, Message][] = [];
  /** How often a hole was seen, and how often the server was asked what changed. */
  readonly counted = { holes: 0, syncs: 0 };
  cursor = -1;
  #heard = 0;
  #epoch: string | null = null;
  #socket: Socket | null = null;
  #asked = new Map<string, (answer: Answer) => void>();
  #catchingUp: Promise<void> | null = null;
  #waiting = new Set<() => void>();

  constructor(conversation = "group") {
    this.conversation = conversation;
  }

  /** Goes on over this socket: loads everything at first, later what changed since. Resolves when it has caught up. */
  async follow(socket: Entered): Promise<this> {
    this.#socket = socket;
    this.#asked.clear();
    this.#heard = 0;
    for (const event of socket.events) this.#take(event);
    socket.raw.addEventListener("message", ({ data }) => {
      if (this.#socket === socket) for (const event of JSON.parse(data) as ChatEvent[]) this.#take(event);
    });
    this.#catchingUp = null;
    if (socket.entered.epoch !== this.#epoch) await this.#load();
    this.#epoch = socket.entered.epoch;
    const head = socket.entered.conversations.find(({ id }) => id === this.conversation)?.head ?? 0;
    this.#heard = Math.max(this.#heard, head);
    await this.#catchUp();
    return this;
  }

  /** Resolves once everything up to this number is here. */
  reaches(head: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.cursor < head) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  async #load() {
    this.#epoch = null;
    this.log.length = 0;
    this.cursor = -1;
    let before: number | undefined;
    for (;;) {
      const page = await this.#ask<EventOf<"history.page">>("history.read", { before, limit: 200 });
      for (const message of page.messages) this.#put(message);
      if (before === undefined) this.cursor = page.head;
      if (!page.more) return;
      before = page.messages[0]!.seq;
    }
  }

  #take(event: ChatEvent) {
    if ("ref" in event && event.ref !== undefined) this.#asked.get(event.ref)?.(event as Answer);
    if (event.type !== "message.sent" && event.type !== "message.changed") return;
    if (event.message.conversation !== this.conversation) return;
    const { message } = event;
    this.#heard = Math.max(this.#heard, message.rev);
    if (this.cursor < 0) return;
    if (message.rev <= this.cursor) this.#put(message);
    else if (message.rev === this.cursor + 1) this.#move([message], message.rev);
    else {
      this.counted.holes++;
      // A socket that closes while asking is no matter: the next one catches up.
      this.#catchUp().catch(() => {});
    }
  }

  #catchUp(): Promise<void> {
    this.#catchingUp ??= this.#syncAll().finally(() => {
      this.#catchingUp = null;
    });
    return this.#catchingUp;
  }

  async #syncAll() {
    while (this.#heard > this.cursor) {
      const after = this.cursor;
      this.counted.syncs++;
      const page = await this.#ask<EventOf<"conversation.synced">>("conversation.sync", {
        epoch: this.#epoch,
        after,
      });
      this.#heard = Math.max(this.#heard, page.head);
      // Only a server that has lost what it had told of answers nothing new here; asking again would not help.
      if (page.upTo <= after) return;
      if (page.upTo > this.cursor) this.#move(page.messages, page.upTo);
    }
  }

  #move(messages: Message[], upTo: number) {
    for (const message of messages) this.#put(message);
    this.cursor = upTo;
    for (const look of [...this.#waiting]) look();
  }

  #put(message: Message) {
    const at = this.log.findLastIndex(({ seq }) => seq <= message.seq);
    const held = this.log[at];
    if (held?.seq !== message.seq) this.log.splice(at + 1, 0, message);
    else if (held.rev < message.rev) this.log[at] = message;
    else if (held.rev === message.rev) {
      // What answers it is counted without a number: the count that goes further is the later one.
      const { replies, ...said } = message;
      const { replies: before, ...known } = held;
      if (!Bun.deepEquals(known, said)) this.contradictions.push([held, message]);
      if ((replies?.upTo ?? 0) > (before?.upTo ?? 0)) this.log[at] = message;
    }
  }

  #ask<T extends Answer>(type: "history.read" | "conversation.sync", fields: object): Promise<T> {
    const socket = this.#socket!;
    return new Promise((resolve, reject) => {
      const ref = socket.send(type, { conversation: this.conversation, ...fields });
      this.#asked.set(ref, (answer) => {
        this.#asked.delete(ref);
        if (answer.type === "error") reject(new Error(`${type} was refused: ${answer.code}`));
        else resolve(answer as T);
      });
      socket.closed.then((code) => reject(new Error(`The socket closed with ${code}`)));
    });
  }
}
