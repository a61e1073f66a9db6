import { expect, test } from "bun:test";
import { progressBar } from "../../../scripts/migrate-to-postgres/progress-bar.ts";

function shown(isTerminal: boolean, from = 0) {
  const written: string[] = [];
  const clock = { now: 0 };
  const screen = { isTerminal, write: (text: string) => void written.push(text), now: () => clock.now };
  const bar = progressBar("Copying", 10_000, from, screen);
  return { written, clock, bar };
}

test("on a terminal one line is drawn over itself, a few times a second at most", () => {
  const { written, clock, bar } = shown(true);
  for (clock.now = 10; clock.now <= 2000; clock.now += 10) bar.at(clock.now * 4);
  clock.now = 2500;
  bar.at(10_000);
  bar.end();
  expect(written.length).toBeLessThan(25);
  expect(written.at(-1)).toBe("\n");
  expect(written.slice(0, -1).every((text) => text.startsWith("\r") && !text.includes("\n"))).toBe(true);
  expect(written[0]).toContain("░  0%".replace("░", "░ "));
  expect(written[10]).toContain("4,000/s, 2 s left");
  expect(written.at(-2)).toContain(`${"█".repeat(24)} 100%  10,000 of 10,000 messages, 4,000/s\x1b`);
});

test("elsewhere it is a line at the beginning, every few seconds and at the end", () => {
  const { written, clock, bar } = shown(false);
  for (clock.now = 100; clock.now <= 9900; clock.now += 100) bar.at(clock.now);
  clock.now = 10_000;
  bar.end();
  expect(written).toHaveLength(3);
  expect(written[1]).toBe("  Copying        50%  5,000 of 10,000 messages, 1,000/s, 5 s left\n");
});

test("what was done before says nothing about the speed", () => {
  const { written, clock, bar } = shown(false, 5000);
  clock.now = 5000;
  bar.at(6000);
  expect(written.at(-1)).toContain("60%  6,000 of 10,000 messages, 200/s, 20 s left");
});
