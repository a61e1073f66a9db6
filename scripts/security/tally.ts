import type { Bar, Item } from "./bar.ts";
import type { Decision } from "./decisions.ts";
import type { NamedTest } from "./named-tests.ts";

export const states = ["met", "excepted", "absent", "open"] as const;
/** Met by a test; excepted by a documented decision; absent, since there is nothing it could apply to; or open. */
export type State = (typeof states)[number];

export interface Counted extends Item {
  state: State;
}

/** What became of each requirement. A test counts that expects something, a decision that gives a reason. */
export function tally(bar: Bar, tests: readonly NamedTest[], decisions: readonly Decision[]): Counted[] {
  const met = new Set(tests.filter(({ expects }) => expects).flatMap(({ ids }) => ids));
  const excepted = new Set(decisions.filter(({ reason }) => reason !== "").flatMap(({ ids }) => ids));
  return bar.items.map((item) => {
    if (met.has(item.id)) return { ...item, state: "met" };
    if (item.absent !== null) return { ...item, state: "absent" };
    return { ...item, state: excepted.has(item.id) ? "excepted" : "open" };
  });
}

/** What has to be closed: levels 1 and 2. */
export const failing = (counted: readonly Counted[]): Counted[] =>
  counted.filter(({ state, level }) => state === "open" && level < 3);
