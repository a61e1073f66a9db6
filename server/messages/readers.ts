import type { People } from "../accounts/directory.ts";
import type { EventOf } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import type { ReadState } from "../store/cluster-event.ts";
import type { CommandDeps, Handle } from "./command.ts";
import type { Memberships } from "./memberships.ts";

/** Answers with how far the others in a small conversation have read. */
export const readReaders =
  ({ store, people, memberships, readMarks, confirm }: CommandDeps): Handle<"readers.read"> =>
  async ({ ref, conversation }, user) => {
    memberships.requireMember(user, conversation);
    await readMarks.flush();
    const isSmall = memberships.atMost(limits.readersMax, conversation) !== null;
    const readers = isSmall ? await store.conversations.readers(conversation) : [];
    await confirm(user, conversation);
    const shows = seenBy(memberships, people);
    return {
      type: "readers.listed",
      ref,
      conversation,
      readers: readers.filter(({ person, seq }) =>
        shows({ conversation, userId: person, seq }).includes(user),
      ),
    };
  };

/**
 * Gives the function that says who may see how far somebody has read: in a small conversation those who see that message, where
 * both they and the reader show it.
 */
export const seenBy =
  (memberships: Memberships, people: Pick<People, "showsRead">) =>
  ({ conversation, userId, seq }: Pick<ReadState, "conversation" | "userId" | "seq">): readonly number[] => {
    const members = memberships.atMost(limits.readersMax, conversation);
    if (!members?.includes(userId) || !people.showsRead(userId)) return [];
    const { membershipOf } = memberships.of(conversation);
    const sees = (id: number) => seq >= (membershipOf(id)?.seesFrom ?? Number.POSITIVE_INFINITY);
    // The mark of who has just come stands before the first message that they see.
    if (!sees(userId)) return [];
    return members.filter((id) => id !== userId && people.showsRead(id) && sees(id));
  };

/** What each of them hears of marks that were stored together. */
export function seenEvents(
  states: readonly ReadState[],
  seen: ReturnType<typeof seenBy>,
): Map<number, EventOf<"read.seen">[]> {
  const heard = new Map<number, EventOf<"read.seen">[]>();
  for (const state of states)
    for (const id of seen(state)) {
      const { conversation, userId: person, seq } = state;
      heard.set(id, [...(heard.get(id) ?? []), { type: "read.seen", conversation, person, seq }]);
    }
  return heard;
}
