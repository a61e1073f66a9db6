import type { Message } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import type { CommandDeps, Handle } from "./command.ts";

/** Answers with messages that are asked for by their places: those that there are, and that fit. */
export const readMessages =
  ({ store, memberships, freshen }: CommandDeps): Handle<"message.read"> =>
  async ({ ref, conversation, seqs }, user) => {
    const { seesFrom } = memberships.requireMember(user, conversation);
    const seen = seqs.filter((seq) => seq >= seesFrom);
    const found = seen.length === 0 ? [] : await store.messages.findAll(conversation, seen);
    await freshen(user);
    return { type: "message.list", ref, conversation, ...fitting(found) };
  };

/** Answers with a page of the replies of a thread, the oldest first. */
export const readThread =
  ({ store, memberships, freshen }: CommandDeps): Handle<"thread.read"> =>
  async ({ ref, conversation, seq, after = 0, limit = limits.historyPage }, user) => {
    const { seesFrom } = memberships.requireMember(user, conversation);
    const from = Math.max(after, seesFrom - 1);
    const found = await store.messages.thread(conversation, seq, from, limit + 1);
    await freshen(user);
    const page = fitting(found.slice(0, limit));
    const more = page.messages.length < found.length;
    return { type: "thread.page", ref, conversation, seq, messages: page.messages, more };
  };

/** Answers with what is pinned in a conversation, the newest first. */
export const readPins =
  ({ store, memberships, freshen }: CommandDeps): Handle<"pins.read"> =>
  async ({ ref, conversation, before = Number.MAX_SAFE_INTEGER }, user) => {
    const { seesFrom } = memberships.requireMember(user, conversation);
    const pinned = await store.messages.pinned(conversation);
    await freshen(user);
    const found = pinned.filter(({ seq }) => seq >= seesFrom && seq < before);
    return { type: "pins.page", ref, conversation, ...fitting(found) };
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
