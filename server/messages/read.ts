import type { Message } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../refusal.ts";
import type { CommandDeps, Handle } from "./command.ts";
import { seenFrom } from "./history.ts";

/** Answers with messages that are asked for by their places: those that there are, and that fit. */
export const readMessages =
  ({ store, memberships, confirm }: CommandDeps): Handle<"message.read"> =>
  async ({ ref, conversation, seqs }, user) => {
    const { seesFrom } = memberships.requireMember(user, conversation);
    const seen = seqs.filter((seq) => seq >= seesFrom);
    const found = seen.length === 0 ? [] : await store.messages.findAll(conversation, seen);
    await confirm(user, conversation);
    return { type: "message.list", ref, conversation, ...fitting(found) };
  };

/** Answers with a page of a thread, which any of its messages names. */
export const readThread =
  ({ store, memberships, confirm }: CommandDeps): Handle<"thread.read"> =>
  async ({ ref, conversation, seq, before, after, limit = limits.historyPage }, user) => {
    const { seesFrom } = memberships.requireMember(user, conversation);
    const named = await store.messages.find(conversation, seq);
    if (!named || seq < seesFrom) throw new Refusal("unknown_message");
    const thread = named.thread ?? seq;
    const root = thread === seq ? named : await store.messages.find(conversation, thread);
    const page =
      after === undefined
        ? seenFrom(seesFrom, await store.messages.before(conversation, before ?? null, limit, { thread }))
        : await store.messages.from(conversation, Math.max(after + 1, seesFrom), limit, { thread });
    await confirm(user, conversation);
    const isFirst = after === undefined ? !page.more && thread < (before ?? thread + 1) : after < thread;
    const messages = isFirst && root && thread >= seesFrom ? [root, ...page.messages] : page.messages;
    return { type: "thread.page", ref, conversation, seq: thread, messages, more: page.more };
  };

/** Answers with what is pinned in a conversation, the newest first. */
export const readPins =
  ({ store, memberships, confirm }: CommandDeps): Handle<"pins.read"> =>
  async ({ ref, conversation, before = null }, user) => {
    const { seesFrom } = memberships.requireMember(user, conversation);
    const page = await store.messages.before(conversation, before, limits.pinsMax, "pins");
    await confirm(user, conversation);
    const { messages, more } = seenFrom(seesFrom, page);
    return { type: "pins.page", ref, conversation, messages: messages.toReversed(), more };
  };

/** Of messages the first that fit an answer, at least one, and whether there are more. */
function fitting(found: readonly Message[]): { messages: Message[]; more: boolean } {
  let bytes = 0;
  const end = found.findIndex(({ body }, at) => {
    bytes += body.text.length * 3;
    return at > 0 && bytes > limits.pageMaxBytes;
  });
  return { messages: found.slice(0, end < 0 ? found.length : end), more: end >= 0 };
}
