import type { ChatEvent, EventOf } from "../../server/protocol/events.ts";
import { browserSystem } from "../../web/transport/system.ts";
import type { Contender } from "./contenders.ts";
import { openWire, patienceMs, type Wire, withPatience } from "./wire.ts";

/** Ids are made as the client makes them: what they look like decides what storing them costs. */
const { newId } = browserSystem;

/** How many connect at a time while a crowd gathers. */
const gatherAtOnce = 32;

/** The members of one server's group. Who sent something looks for it in what arrives; the others only count. */
export class Crowd {
  readonly #contender: Contender;
  readonly #members: Wire[];
  #mark: { frames: number; bytes: number }[] = [];

  private constructor(contender: Contender, members: Wire[]) {
    this.#contender = contender;
    this.#members = members;
  }

  /** Connects and enters the members with the numbers 0 to size - 1. */
  static async gather(contender: Contender, size: number): Promise<Crowd> {
    const members: Wire[] = [];
    let next = 0;
    const connect = async () => {
      while (next < size) {
        const number = next++;
        const wire = await openWire(contender.address(number));
        await withPatience(contender.enter(wire), `${contender.name} let nobody in`);
        members[number] = wire;
      }
    };
    await Promise.all(Array.from({ length: gatherAtOnce }, connect));
    return new Crowd(contender, members);
  }

  get size(): number {
    return this.#members.length;
  }

  /**
   * Keeps that many messages on their way for that long, then lets them arrive everywhere; gives how many there were.
   * Each comes from another member than the one before, who sends it when its predecessor has come back.
   */
  async talk(inFlight: number, ms: number): Promise<number> {
    this.#mark = this.#members.map(({ frames, bytes }) => ({ frames, bytes }));
    const end = performance.now() + ms;
    const share = Math.floor(this.#members.length / inFlight);
    let said = 0;
    const takeTurns = async (_: unknown, slot: number) => {
      for (let turn = 0; performance.now() < end; turn++) {
        said++;
        await say(this.#members[slot * share + (turn % share)]!, this.#contender);
      }
    };
    await withPatience(Promise.all(Array.from({ length: inFlight }, takeTurns)), "a message never came back");
    await this.#arrived();
    return said;
  }

  /** Lets members of ours send one message at each tick until `over`; gives the milliseconds each took to each member. */
  async speakSteadily(everyMs: number, over: Promise<unknown>): Promise<number[]> {
    const delays: number[] = [];
    const onTheirWay = new Map<string, { at: number; missing: number }>();
    for (const member of this.#members)
      member.onText = (text) => {
        for (const id of idsIn(text)) {
          const message = onTheirWay.get(id);
          if (!message) continue;
          delays.push(performance.now() - message.at);
          if (--message.missing === 0) onTheirWay.delete(id);
        }
      };
    let turn = 0;
    const timer = setInterval(() => {
      const id = newId();
      onTheirWay.set(id, { at: performance.now(), missing: this.#members.length });
      this.#members[turn++ % this.#members.length]!.say(this.#contender.say(id));
    }, everyMs);
    await over.finally(() => clearInterval(timer));
    await until(() => onTheirWay.size === 0, "a message never arrived");
    for (const member of this.#members) member.onText = null;
    return delays;
  }

  /** What one member says and hears back, as a frame. */
  async sample(): Promise<string> {
    return await say(this.#members[0]!, this.#contender);
  }

  /** Lets one member send a message; resolves when it is back. */
  sayBy(member: number): Promise<string> {
    return say(this.#members[member]!, this.#contender);
  }

  /** Lets one member of ours give a command; resolves with the text that answers it. */
  askBy(member: number, command: Record<string, unknown>): Promise<string> {
    return this.#members[member]!.ask(command);
  }

  /** The place of one message of each member. */
  async ownMessages(): Promise<number[]> {
    const places: number[] = [];
    for (const member of this.#members.keys()) {
      const [event] = JSON.parse(await this.sayBy(member)) as [EventOf<"message.sent">];
      places.push(event.message.seq);
    }
    return places;
  }

  /** The frames and the bytes that each member got in the latest `talk`. */
  get received(): { frames: number; bytes: number } {
    return this.#received(0);
  }

  async leave(): Promise<void> {
    await withPatience(
      Promise.all(this.#members.map((member) => member.close())),
      "a connection never closed",
    );
  }

  #received(member: number) {
    const { frames, bytes } = this.#members[member]!;
    const mark = this.#mark[member]!;
    return { frames: frames - mark.frames, bytes: bytes - mark.bytes };
  }

  /** Waits until all members got equally much: nothing was lost, and nothing is on its way. */
  #arrived() {
    const complete = () => {
      const { bytes } = this.received;
      return this.#members.every((_, member) => this.#received(member).bytes === bytes);
    };
    return until(complete, `${this.#contender.name} did not bring everything to everyone`);
  }
}

/** Sends a message; gives the text that brings it back. */
export function say(wire: Wire, contender: Contender): Promise<string> {
  const id = newId();
  return wire.answer(contender.say(id), id);
}

/** The ids of the messages that a text of ours delivers. */
const idsIn = (text: Buffer) =>
  (JSON.parse(text.toString()) as ChatEvent[]).flatMap((event) =>
    event.type === "message.sent" ? [event.message.clientId] : [],
  );

async function until(condition: () => boolean, otherwise: string): Promise<void> {
  const start = performance.now();
  while (!condition()) {
    if (performance.now() - start > patienceMs) throw new Error(`Waited too long: ${otherwise}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
