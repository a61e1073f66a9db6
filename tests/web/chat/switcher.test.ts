import { expect, test } from "bun:test";
import { fit } from "../../../web/chat/switcher/fuzzy.ts";

const places = ["garden", "Board of the garden", "Ångström", "Group Chat", "gear and den", "Create a room"];
const found = (query: string) =>
  places
    .flatMap((name) => {
      const score = fit(query, name);
      return score === null ? [] : [{ name, score }];
    })
    .sort((a, b) => b.score - a.score)
    .map(({ name }) => name);

test.each([
  ["gard", ["garden", "Board of the garden", "gear and den"]],
  ["GARDEN board", ["Board of the garden"]],
  ["ang", ["Ångström"]],
  ["chat", ["Group Chat"]],
  ["crm", ["Create a room"]],
  ["arden", ["garden", "Board of the garden", "gear and den"]],
  ["(.*", []],
  ["zebra", []],
])("%p finds the best first", (query, names) => {
  expect(found(query)).toEqual(names);
});
