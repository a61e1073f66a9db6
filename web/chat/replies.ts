import type { Message } from "../../server/protocol/events.ts";

/** How many answers each thread has, by the place of the message that began it: what the server counted, and what came since. */
export function replyCounts(messages: readonly Message[]): Map<number, number> {
  const counted = new Map(messages.map(({ seq, replies }) => [seq, replies]));
  const counts = new Map<number, number>();
  for (const [seq, replies] of counted) if (replies) counts.set(seq, replies.count);
  for (const { seq, rev, thread, deletedAt } of messages) {
    if (thread === undefined || !counted.has(thread)) continue;
    const upTo = counted.get(thread)?.upTo ?? 0;
    if (rev <= upTo) continue;
    const more = seq > upTo ? (deletedAt === undefined ? 1 : 0) : deletedAt === undefined ? 0 : -1;
    counts.set(thread, (counts.get(thread) ?? 0) + more);
  }
  return counts;
}
