import { expect, test } from "bun:test";
import { hot, many, manyConversations, talkers } from "../../../scripts/bench/conversations.ts";
import { directPair } from "../../../server/protocol/conversation-id.ts";

const people = Array.from({ length: talkers }, (_, person) => person);

test("there are as many conversations as are said, each with the two whose it is", () => {
  const all = people.flatMap((person) => many(person).map((id) => ({ id, person })));
  expect(new Set(all.map(({ id }) => id)).size).toBe(manyConversations);
  expect(all).toHaveLength(2 * manyConversations);
  expect(all.filter(({ id, person }) => !directPair(id)?.includes(person + 1))).toEqual([]);
});

test("everyone has about as many", () => {
  const counts = people.map((person) => many(person).length);
  expect(Math.min(...counts)).toBeGreaterThan(20);
  expect(Math.max(...counts)).toBeLessThan(35);
  expect(people.map(hot)).toEqual(people.map(() => ["group"]));
});
