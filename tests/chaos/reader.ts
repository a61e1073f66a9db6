import type { EventOf, Message } from "../../server/protocol/events.ts";
import type { Line } from "./line.ts";
import type { Witness } from "./witness.ts";

/** What a client holds of one conversation, by the rules of the protocol: the next one is applied, a hole is asked for. */
export class Reader {
  readonly conversation: string;
  /** Ascending by `seq`. */
  log: Message[] = [];
  readonly #witness: Witness;
  #cursor = 0;
  #heard = 0;
  #epoch = "";
  #line: Line | null = null;
  #asking: Promise<void> | null = null;

  constructor(conversation: string, witness: Witness) {
    this.conversation = conversation;
    this.#witness = witness;
  }

  /** Every change up to this one is here. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Goes on over this line; resolves when all up to the head it entered with is here. */
  async begin(line: Line, { epoch, conversations }: EventOf<"chat.entered">): Promise<void> {
    if (epoch !== this.#epoch) [this.log, this.#cursor, this.#heard] = [[], 0, 0];
    this.#epoch = epoch;
    this.#line = line;
    this.#asking = null;
    const head = conversations.find(({ id }) => id === this.conversation)?.head ?? 0;
    this.#heard = Math.max(this.#heard, head);
    await this.#catchUp();
  }

  /** Takes a live message. */
  take(given: Message): void {
    const message = this.#witness.see(given);
    this.#heard = Math.max(this.#heard, message.rev);
    if (message.rev === this.#cursor + 1) this.#apply([message], message.rev);
    // A line that closes meanwhile is no matter: the next one catches up.
    else if (message.rev > this.#cursor && this.#line) this.#catchUp().catch(() => {});
  }

  #catchUp(): Promise<void> {
    const asking = this.#asking ?? this.#askAll(this.#line!);
    this.#asking = asking;
    return asking.finally(() => {
      if (this.#asking === asking) this.#asking = null;
    });
  }

  async #askAll(line: Line) {
    while (this.#heard > this.#cursor && this.#line === line) {
      const page = await line.ask<"conversation.synced">("conversation.sync", {
        conversation: this.conversation,
        epoch: this.#epoch,
        after: this.#cursor,
      });
      const messages = page.messages.map((message) => this.#witness.see(message));
      if (this.#line !== line) return;
      if (page.upTo > this.#cursor) this.#apply(messages, page.upTo);
      // Only a server that has lost what it had told of answers nothing new; asking again would not help.
      else if (page.upTo < this.#heard) return;
    }
  }

  #apply(messages: Message[], upTo: number) {
    for (const message of messages) if (message.rev > this.#cursor) this.#put(message);
    this.#cursor = upTo;
  }

  #put(message: Message) {
    const at = this.log.findLastIndex(({ seq }) => seq <= message.seq);
    if (this.log[at]?.seq === message.seq) this.log[at] = message;
    else this.log.splice(at + 1, 0, message);
  }
}
