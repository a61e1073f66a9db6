import { newRoomId } from "../../server/protocol/conversation-id.ts";
import type { Chance } from "./chance.ts";
import type { Citizen, Client } from "./client.ts";
import { Line } from "./line.ts";

interface Circumstances {
  keeper: Citizen;
  /** Those who are let in and put out. */
  others: readonly Client[];
  luck: Chance;
  /** Where there is a server, at each attempt. */
  where(): string;
}

/** A private room whose keeper lets others in, puts them out, and says something at once each time, for as long as the run lasts. */
export class Room {
  readonly id = newRoomId(crypto.randomUUID());
  /** Refusals for no reason. */
  readonly complaints: string[] = [];
  readonly #circumstances: Circumstances;
  #left = false;
  #said = 0;

  constructor(circumstances: Circumstances) {
    this.#circumstances = circumstances;
  }

  /** Comes again and again, until it has left. */
  async live(): Promise<void> {
    while (!this.#left) {
      // A connection that breaks, at whatever moment, is what this is about.
      await this.#visit().catch(() => {});
      await Bun.sleep(100);
    }
  }

  leave(): void {
    this.#left = true;
  }

  async #visit() {
    const { keeper, others, luck, where } = this.#circumstances;
    const line = await Line.open(where(), keeper.cookie, () => {});
    const conversation = this.id;
    try {
      const room = { conversation, name: "Cellar", access: "private", history: "joined" };
      await this.#act(line, "room.create", room);
      while (line.isOpen && !this.#left) {
        const { id } = luck.pick(others).citizen;
        if (luck.below(2) === 0) await this.#act(line, "room.add", { conversation, people: [id] });
        else await this.#act(line, "room.remove", { conversation, person: id });
        const text = `said in the cellar ${++this.#said}`;
        line.send("message.send", { conversation, clientId: crypto.randomUUID(), body: { text } });
        await Bun.sleep(luck.between(20, 300));
      }
    } finally {
      line.end();
    }
  }

  async #act(
    line: Line,
    type: "room.create" | "room.add" | "room.remove",
    fields: Record<string, unknown>,
  ): Promise<void> {
    const answer = await line.answer(line.send(type, fields));
    if (answer?.type !== "error") return;
    if (answer.code !== "busy" && answer.code !== "rate_limited")
      this.complaints.push(`${type} was refused: ${answer.code}`);
    await Bun.sleep(answer.retryAfter ?? 200);
  }
}
