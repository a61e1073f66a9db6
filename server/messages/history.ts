import type { CommandOf } from "../protocol/commands.ts";
import { limits } from "../protocol/limits.ts";
import type { Messages, Page } from "../store/messages.ts";
import type { CommandDeps, Handle } from "./command.ts";
import { requireMember } from "./memberships.ts";

/** Answers with a page of messages: the latest, or what is before, after or around a `seq`. */
export const readHistory =
  ({ store, freshen }: CommandDeps): Handle<"history.read"> =>
  async (command, user) => {
    const { ref, conversation } = command;
    requireMember(user, conversation);
    const page = await pageOf(store.messages, command);
    await freshen(user);
    return { type: "history.page", ref, conversation, ...page };
  };

/** The page that was asked for; `newer` is known of a page around a `seq` alone. */
function pageOf(
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
