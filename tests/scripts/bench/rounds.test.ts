import { expect, test } from "bun:test";
import { inRounds, median, percentile, quietRatio, ratio } from "../../../scripts/bench/rounds.ts";

test("a median, and a percentile, are numbers that were there", () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(percentile([...Array(100).keys()], 0.99)).toBe(99);
  expect(() => median([])).toThrow();
});

test("a ratio compares what was measured in the same round", () => {
  const measured = { ours: [10, 200, 33], floor: [10, 100, 30] };
  expect(ratio(measured, "ours", "floor")).toBeCloseTo(1.1);
  expect(quietRatio(measured, "ours", "floor")).toBe(1);
});

test("all take turns, and who begins changes", async () => {
  const order: string[] = [];
  const turn = (name: string) => async () => order.push(name);
  const measured = await inRounds(2, { a: turn("a"), b: turn("b") });
  expect(order).toEqual(["a", "b", "b", "a"]);
  expect(measured).toEqual({ a: [1, 4], b: [2, 3] });
});
