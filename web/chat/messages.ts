import type { Message } from "../../server/protocol/events.ts";

/** Where a message with this `seq` stands, or would stand, among messages in ascending order. */
function placeOf(messages: readonly Message[], seq: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (messages[middle]!.seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The messages with others merged in, ascending by `seq`, each once and at its highest `rev`. */
export function merged(messages: readonly Message[], others: readonly Message[]): Message[] {
  const all = [...messages];
  for (const message of others) {
    const index = placeOf(all, message.seq);
    const held = all[index];
    if (held?.seq !== message.seq) all.splice(index, 0, message);
    else if (message.rev > held.rev) all[index] = message;
  }
  return all;
}
