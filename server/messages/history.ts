import type { CommandOf } from "../protocol/commands.ts";
import { limits } from "../protocol/limits.ts";
import type { Page } from "../store/messages.ts";
import type { Store } from "../store/store.ts";
import type { CommandDeps, Handle } from "./command.ts";
import type { Membership } from "./memberships.ts";

/** Answers with a page of messages: the latest, or what is before, after or around a `seq` or a moment. */
export const readHistory =
  ({ store, memberships, confirm }: CommandDeps): Handle<"history.read"> =>
  async (command, user) => {
    const { ref, conversation } = command;
    const membership = memberships.requireMember(user, conversation);
    const page = await pageOf(store.messages, membership, command);
    await confirm(user, conversation);
    return { type: "history.page", ref, conversation, ...page };
  };

/** The page that was asked for; `newer` is known of a page around a `seq` alone. */
async function pageOf(
  messages: Store["messages"],
  { seesFrom }: Membership,
  { conversation, before, after, around, at, limit = limits.historyPage }: CommandOf<"history.read">,
): Promise<Page & { newer?: boolean }> {
  const pageBefore = async (seq: number | null, limit: number) =>
    seenFrom(seesFrom, await messages.before(conversation, seq, limit));
  const pageFrom = (seq: number, limit: number) =>
    messages.from(conversation, Math.max(seq, seesFrom), limit);
  const middle = at === undefined ? around : await messages.firstAt(conversation, at);
  if (middle !== undefined) return pageAround(pageBefore, pageFrom, middle, limit);
  if (after !== undefined) return pageFrom(after + 1, limit);
  return pageBefore(before ?? null, limit);
}

/** The page without what is before a `seq`; there is nothing more beyond it once that is reached. */
export function seenFrom(seq: number, page: Page): Page {
  const messages = page.messages.filter((message) => message.seq >= seq);
  return { ...page, messages, more: page.more && messages[0]?.seq !== seq && messages.length > 0 };
}

/**
 * What is before a `seq` and what is from it on, at least one of each where there are any. The halves are read one after
 * the other: the earlier of their heads is the one at which nothing of either is missing.
 */
async function pageAround(
  pageBefore: (seq: number, limit: number) => Promise<Page>,
  pageFrom: (seq: number, limit: number) => Promise<Page>,
  around: number,
  limit: number,
): Promise<Page & { newer: boolean }> {
  const later = await pageFrom(around, Math.ceil(limit / 2));
  const earlier = await pageBefore(around, Math.max(1, Math.floor(limit / 2)));
  return {
    messages: [...earlier.messages, ...later.messages],
    more: earlier.more,
    newer: later.more,
    head: Math.min(earlier.head, later.head),
  };
}
