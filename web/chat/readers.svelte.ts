import { SvelteMap } from "svelte/reactivity";
import type { EventOf, Message } from "../../server/protocol/events.ts";

/** How far the others in a conversation have read, as far as they show it. */
export class Readers {
  #seqs = new SvelteMap<number, number>();

  listed(readers: EventOf<"readers.listed">["readers"]): void {
    this.#seqs.clear();
    for (const { person, seq } of readers) this.#seqs.set(person, seq);
  }

  saw(person: number, seq: number): void {
    this.#seqs.set(person, seq);
  }

  /** Who has read which of an author's messages, given in ascending order: everybody at the latest that they have read. */
  of(messages: readonly Message[], author: number): Map<number, number[]> {
    const left = new Map(this.#seqs);
    const found = new Map<number, number[]>();
    for (let at = messages.length - 1; at >= 0 && left.size > 0; at--) {
      const message = messages[at]!;
      if (message.author !== author || message.deletedAt !== undefined || "line" in message.body) continue;
      const readers = [...left].flatMap(([person, seq]) => (seq >= message.seq ? [person] : []));
      if (readers.length > 0) found.set(message.seq, readers);
      for (const person of readers) left.delete(person);
    }
    return found;
  }
}
