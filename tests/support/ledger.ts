import type { Message } from "../../server/protocol/events.ts";

/** What one sender said, in the order it was said, and what was acknowledged of it. */
export interface Account {
  said: { clientId: string; text: string; conversation: string; replyTo?: number }[];
  acknowledged: Message[];
}

/** What one client holds of a conversation in the end. */
export interface Copy {
  holder: string;
  conversation: string;
  log: readonly Message[];
}

/** What was edited since says something else by now; what has not changed is as it was, but that it may be answered. */
function isAsAcknowledged(held: Message, message: Message): boolean {
  if (held.rev === message.rev) return isCopy(held, message);
  const { rev, body, editedAt, reactions, pinned, mentions, replies, ...place } = held;
  const { rev: _, body: sent, mentions: __, replies: ___, ...acknowledged } = message;
  return Bun.deepEquals(place, acknowledged) && (editedAt !== undefined || body.text === sent.text);
}

/** How many answer a message is counted without a number, and from what a client has. */
function isCopy(stored: Message, held: Message | undefined): boolean {
  if (held === undefined) return false;
  const { replies, ...said } = stored;
  const { replies: _, ...known } = held;
  return Bun.deepEquals(said, known);
}

/**
 * Compares what was acknowledged and what every client holds with what is stored, and gives every fault found: the store
 * counts 1, 2, 3; each acknowledged message is in it once (one author and one id of a client are one message), at the place it was acknowledged with; what one sender said
 * stands in the order it was said; and each copy is the store's log.
 */
export function faults(
  stored: ReadonlyMap<string, readonly Message[]>,
  accounts: Account[],
  copies: Copy[],
): string[] {
  const found: string[] = [];
  for (const [conversation, log] of stored) {
    // Where messages were changed, their changes have taken numbers too.
    const isChanged = log.some(({ seq, rev }) => seq !== rev);
    for (const [at, { seq }] of log.entries()) {
      const isWrong = isChanged ? seq <= (log[at - 1]?.seq ?? 0) : seq !== at + 1;
      if (isWrong) found.push(`${conversation}: place ${at + 1} has number ${seq}`);
    }
    const revs = Map.groupBy(log, ({ rev }) => rev);
    for (const [rev, { length }] of revs)
      if (length > 1) found.push(`${conversation}: ${length} messages have the number ${rev}`);
  }

  const all = [...stored.values()].flat();
  const keyOf = ({ author, clientId }: Message) => `${author} ${clientId}`;
  const places = Map.groupBy(all, keyOf);
  for (const messages of places.values()) {
    if (messages.length > 1) found.push(`${messages[0]!.clientId} is stored ${messages.length} times`);
  }

  for (const { said, acknowledged } of accounts) {
    for (const message of acknowledged) {
      const [held] = places.get(keyOf(message)) ?? [];
      if (!held) found.push(`"${message.body.text}" was acknowledged and is lost`);
      else if (!isAsAcknowledged(held, message)) {
        found.push(`"${message.body.text}" was acknowledged as ${message.seq}, stored as ${held.seq}`);
      }
    }
    const order = new Map(said.map(({ clientId }, at) => [clientId, at]));
    for (const [conversation, log] of stored) {
      const mine = log.flatMap(({ clientId }) => order.get(clientId) ?? []);
      if (mine.some((at, index) => index > 0 && at < mine[index - 1]!)) {
        found.push(`${conversation}: what one sender said is out of order`);
      }
    }
  }

  for (const { holder, conversation, log } of copies) {
    const expected = stored.get(conversation) ?? [];
    const wrong = expected.findIndex((message, at) => !isCopy(message, log[at]));
    if (wrong >= 0 || log.length !== expected.length) {
      const where = wrong >= 0 ? `differs at ${wrong + 1}` : `goes on after ${expected.length}`;
      found.push(`${holder}'s copy of ${conversation} (${log.length} of ${expected.length}) ${where}`);
    }
  }
  return found;
}
