import { isRoomId } from "../../server/protocol/conversation-id.ts";
import type { ChatEvent, EventOf, Message } from "../../server/protocol/events.ts";
import type { Account } from "../support/ledger.ts";
import type { Chance } from "./chance.ts";
import type { Delivery } from "./invariants.ts";
import { Line } from "./line.ts";
import { Reader } from "./reader.ts";
import type { Witness } from "./witness.ts";

export interface Citizen {
  id: number;
  name: string;
  /** The cookie of the session it lives with, and of another one of the same person. */
  cookie: string;
  otherCookie: string;
}

export interface Habits {
  reads: readonly string[];
  writes: readonly string[];
  /** How long it waits between messages, on average. */
  everyMs: number;
  /** How often it loses its connection just after a message has left, of a thousand. */
  hangUps: number;
  /** How often it changes a message after it has said one, or answers one, of a thousand. */
  changes?: number;
  /** Where it finds a server, at each attempt. */
  where(): string;
}

/** What tells nothing of anybody: the answer to a question of one's own that was refused, and a sign of life. */
const empty = new Set<ChatEvent["type"]>(["error", "pong"]);

/**
 * Someone who uses the chat for as long as the run lasts, as a careful client does: one message at a time, each said again
 * under its own id until it is acknowledged, over whichever server there is.
 */
export class Client implements Account {
  readonly citizen: Citizen;
  readonly said: Account["said"] = [];
  readonly acknowledged: Message[] = [];
  readonly readers: ReadonlyMap<string, Reader>;
  /** What a client should never see, such as a refusal for no reason. */
  readonly complaints: string[] = [];
  /** What came since its session was about to be ended. */
  readonly deliveries: Delivery[] = [];
  /** The places of the messages of rooms that came, whether it was in them or not. */
  readonly heardInRooms: number[] = [];
  /** The codes its lines were closed with, with the time. */
  readonly closes: { at: number; code: number }[] = [];
  online = new Set<number>();
  /** Its session is about to be ended: what reaches it is noted from here on. */
  isEnding = false;
  /** How many lines it has had, and whether it has all that there was when the present one began. */
  lines = 0;
  isSettled = false;
  readonly #habits: Habits;
  readonly #luck: Chance;
  #line: Line | null = null;
  #epoch: string | null = null;
  #pending: Account["said"][number] | null = null;
  #acknowledge = () => {};
  #quiet = false;
  #left = false;

  constructor(citizen: Citizen, habits: Habits, luck: Chance, witness: Witness) {
    this.citizen = citizen;
    this.#habits = habits;
    this.#luck = luck;
    this.readers = new Map(habits.reads.map((id) => [id, new Reader(id, witness)]));
  }

  /** Comes again and again, until it has left. */
  async live(): Promise<void> {
    while (!this.#left) {
      // A connection that breaks, at whatever moment, is what this is about.
      await this.#visit().catch(() => {});
      this.isSettled = false;
      if (!this.#left) await Bun.sleep(this.#luck.between(50, 300));
    }
  }

  /** Says nothing new. */
  beQuiet(): void {
    this.#quiet = true;
  }

  /** Goes, and does not come back. */
  leave(): void {
    this.#left = true;
    this.#line?.end();
  }

  get isOnline(): boolean {
    return this.#line?.isOpen ?? false;
  }

  /** Whether everything it said is acknowledged. */
  get isHeard(): boolean {
    return this.#pending === null;
  }

  async #visit() {
    const origin = this.#habits.where();
    const line = await Line.open(origin, this.citizen.cookie, (event) => this.#hear(event));
    this.#line = line;
    this.lines++;
    void line.closed.then((code) => this.closes.push({ at: Date.now(), code }));
    try {
      if (this.#left) return;
      const entered = await line.ask<"chat.entered">("chat.enter", {});
      await Promise.all([...this.readers.values()].map((reader) => reader.begin(line, entered)));
      this.isSettled = true;
      await Promise.race([this.#speak(line), line.closed]);
      await line.closed;
    } finally {
      line.end();
    }
  }

  async #speak(line: Line) {
    while (line.isOpen && !(this.#quiet && this.#pending === null)) {
      if (this.#pending === null) {
        await Bun.sleep(this.#luck.between(0.2, 1.8) * this.#habits.everyMs);
        // Meanwhile it may have gone on over another line.
        if (this.#line !== line || !line.isOpen || this.#quiet || this.#habits.writes.length === 0) return;
        this.#pending = this.#next();
      }
      const acknowledged = new Promise<null>((resolve) => {
        this.#acknowledge = () => resolve(null);
      });
      const { clientId, conversation, text, replyTo } = this.#pending;
      const ref = line.send("message.send", { conversation, clientId, body: { text, replyTo } });
      if (this.#luck.below(1_000) < this.#habits.hangUps) {
        await Bun.sleep(this.#luck.below(4));
        return line.end();
      }
      const refusal = await line.answer(ref, { settled: acknowledged });
      if (refusal?.type !== "error") {
        if (this.#luck.below(1_000) < (this.#habits.changes ?? 0)) await this.#change(line);
        continue;
      }
      const isFair = refusal.code === "busy" || (this.isEnding && refusal.code === "not_signed_in");
      if (!isFair) this.complaints.push(`"${text}" was refused: ${refusal.code}`);
      await Bun.sleep(refusal.retryAfter ?? 200);
    }
  }

  /** Edits what it said itself, or reacts to what anybody did; whether the answer comes is up to the line. */
  async #change(line: Line) {
    const mine = this.acknowledged.at(-1)!;
    const where = { conversation: mine.conversation, seq: mine.seq };
    if (this.#luck.below(2) === 0) {
      const body = { text: `${mine.body.text}, or rather not` };
      return this.#ask(line, "message.edit", { ...where, body });
    }
    const log = this.readers.get(mine.conversation)!.log;
    const { seq } = log.length > 0 ? this.#luck.pick(log.slice(-20)) : mine;
    const on = this.#luck.below(4) > 0;
    await this.#ask(line, "message.react", { ...where, seq, emoji: this.#luck.pick(["👍", "🎉"]), on });
  }

  async #ask(line: Line, type: "message.edit" | "message.react", fields: Record<string, unknown>) {
    const answer = await line.answer(line.send(type, fields));
    const isFair = answer?.type !== "error" || ["busy", "rate_limited"].includes(answer.code);
    if (!isFair) this.complaints.push(`${type} was refused: ${answer.code}`);
  }

  #next(): Account["said"][number] {
    const conversation = this.#luck.pick(this.#habits.writes);
    const text = `${this.citizen.name} says ${this.said.length + 1}`;
    const log = this.readers.get(conversation)?.log ?? [];
    const answers = log.length > 0 && this.#luck.below(1_000) < (this.#habits.changes ?? 0);
    const replyTo = answers ? this.#luck.pick(log.slice(-20)).seq : undefined;
    const next = { clientId: crypto.randomUUID(), text, conversation, replyTo };
    this.said.push(next);
    return next;
  }

  #hear(event: ChatEvent) {
    if (this.isEnding && !empty.has(event.type)) this.deliveries.push(deliveryOf(event));
    switch (event.type) {
      case "message.sent":
        return this.#hearMessage(event.message);
      case "message.changed":
        return this.readers.get(event.message.conversation)?.take(event.message);
      case "chat.entered":
        return this.#enter(event);
      case "presence.changed":
        for (const id of event.online) this.online.add(id);
        for (const id of event.offline) this.online.delete(id);
    }
  }

  #hearMessage(message: Message) {
    if (isRoomId(message.conversation)) this.heardInRooms.push(message.seq);
    this.readers.get(message.conversation)?.take(message);
    if (message.clientId !== this.#pending?.clientId) return;
    this.acknowledged.push(message);
    this.#pending = null;
    this.#acknowledge();
  }

  #enter({ epoch, online }: EventOf<"chat.entered">) {
    if (this.#epoch !== null && epoch !== this.#epoch)
      this.complaints.push(`${this.citizen.name} was told of another epoch`);
    this.#epoch = epoch;
    this.online = new Set(online);
  }
}

function deliveryOf(event: ChatEvent): Delivery {
  const messages =
    event.type === "message.sent" || event.type === "message.changed"
      ? [event.message]
      : "messages" in event
        ? event.messages
        : [];
  return { at: Date.now(), type: event.type, createdAt: messages.map(({ createdAt }) => createdAt) };
}
