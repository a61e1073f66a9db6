import { limits } from "../protocol/limits.ts";
import { Refusal } from "../refusal.ts";
import type { CommandDeps, Handle } from "./command.ts";

/** Answers with a page of what changed after a cursor. Refuses a cursor of another incarnation of the database. */
export const sync =
  ({ store, memberships, confirm }: CommandDeps): Handle<"conversation.sync"> =>
  async ({ ref, conversation, epoch, after }, user) => {
    const { seesFrom } = memberships.requireMember(user, conversation);
    if (epoch !== store.epoch) throw new Refusal("epoch_changed");
    const { messages, more, head } = await store.messages.after(conversation, after, limits.syncPage);
    await confirm(user, conversation);
    const upTo = more ? messages.at(-1)!.rev : head;
    const seen = messages.filter(({ seq }) => seq >= seesFrom);
    return { type: "conversation.synced", ref, conversation, messages: seen, upTo, head };
  };
