import type { ConversationId } from "../../server/protocol/conversation-id.ts";

/** So many people have more than `manyConversations` pairs. */
export const talkers = 36;
export const manyConversations = 500;

/** Where each person, counted from 0, says something: the one that is hot, or those of many that they are in. */
export type Spread = (person: number) => readonly ConversationId[];

export const hot: Spread = () => ["group"];

const pairs = Array.from({ length: talkers }, (_, one) =>
  Array.from({ length: talkers - 1 - one }, (_, more) => [one, one + 1 + more] as const),
).flat();
/** Each has others of the pairs, so that all have about as many. */
const kept = pairs.filter((_, at) => (at * manyConversations) % pairs.length < manyConversations);

export const many: Spread = (person) =>
  kept
    .filter((pair) => pair.includes(person))
    .map(([one, other]) => `direct:${one + 1}:${other + 1}` as const);

export const spreads: Record<string, Spread> = {
  "one hot conversation": hot,
  [`${manyConversations} conversations`]: many,
};
