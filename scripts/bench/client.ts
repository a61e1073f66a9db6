import { browserSystem } from "../../web/transport/system.ts";
import type { Contender } from "./contenders.ts";
import { withPatience } from "./crowd.ts";
import { openWire } from "./open-wire.ts";
import type { Wire } from "./wire.ts";

/** Ids are made as the client makes them: what they look like decides what storing them costs. */
const { newId } = browserSystem;

/** One client of ours that asks one thing at a time. */
export class Client {
  readonly #wire: Wire;
  #ref = 0;

  private constructor(wire: Wire) {
    this.#wire = wire;
  }

  static async connect(contender: Contender, member: number): Promise<Client> {
    return new Client(await openWire(contender.address(member)));
  }

  /** Sends a command; gives the text that answers it, unread. */
  ask(command: Record<string, unknown>): Promise<string> {
    const ref = `ask-${this.#ref++}`;
    return this.#await(JSON.stringify({ ...command, ref }), `"ref":"${ref}"`);
  }

  /** Sends what delivers a message; gives the text that brings it back. */
  say(contender: Contender): Promise<string> {
    const id = newId();
    return this.#await(contender.say(id), id);
  }

  close(): Promise<void> {
    this.#wire.close();
    return this.#wire.closed;
  }

  #await(text: string, mark: string): Promise<string> {
    const bytes = Buffer.from(mark);
    const answer = new Promise<string>((resolve) => {
      this.#wire.onText = (text) => {
        if (!text.includes(bytes)) return;
        // What comes unasked is only counted.
        this.#wire.onText = null;
        resolve(text.toString());
      };
    });
    this.#wire.say(text);
    return withPatience(answer, "an answer that never came");
  }
}
