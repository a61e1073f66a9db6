import type { CommandOf } from "../protocol/commands.ts";
import { limits } from "../protocol/limits.ts";
import type { Messages, Page } from "../store/messages.ts";

/** The page that `history.read` asks for; `newer` is known of a page around a `seq` alone. */
export function readHistory(
  messages: Messages,
  { conversation, before, after, around, limit = limits.historyPage }: CommandOf<"history.read">,
): Promise<Page & { newer?: boolean }> {
  if (around !== undefined) return pageAround(messages, conversation, around, limit);
  if (after !== undefined) return messages.from(conversation, after + 1, limit);
  return messages.before(conversation, before ?? null, limit);
}

/**
 * What is before a `seq` and what is from it on, at least one of each where there are any. The halves are read one after
 * the other: the earlier of their heads is the one at which nothing of either is missing.
 */
async function pageAround(
  messages: Messages,
  conversation: CommandOf<"history.read">["conversation"],
  around: number,
  limit: number,
): Promise<Page & { newer: boolean }> {
  const later = await messages.from(conversation, around, Math.ceil(limit / 2));
  const earlier = await messages.before(conversation, around, Math.max(1, Math.floor(limit / 2)));
  return {
    messages: [...earlier.messages, ...later.messages],
    more: earlier.more,
    newer: later.more,
    head: Math.min(earlier.head, later.head),
  };
}
