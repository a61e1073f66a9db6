import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { sweepAbove, TokenBuckets } from "../../../server/limits/token-buckets.ts";
import { clock } from "../../support/clock.ts";

const time = clock();
const buckets = (burst: number, perMinute: number) =>
  new TokenBuckets(() => ({ burst, perMinute }), time.now);

test("so many at once, then as they refill; being refused takes nothing", () => {
  const three = buckets(3, 6);
  expect([three.take("a"), three.take("a"), three.take("a")]).toEqual([0, 0, 0]);
  expect([three.take("a"), three.take("a"), three.wait("a")]).toEqual([10_000, 10_000, 10_000]);
  time.leap(9_999);
  expect(three.take("a")).toBe(1);
  time.leap(1);
  expect([three.take("a"), three.take("a")]).toEqual([0, 10_000]);
});

test("never more than the burst, however long nobody came", () => {
  const two = buckets(2, 60);
  two.take("a");
  time.leap(365 * 24 * 60 * 60_000);
  expect([two.take("a"), two.take("a"), two.take("a")]).toEqual([0, 0, 1000]);
});

test("each key has its own", () => {
  const one = buckets(1, 60);
  expect([one.take("a"), one.take("b"), one.take("a"), one.take("b")]).toEqual([0, 0, 1000, 1000]);
  expect(["__proto__", "constructor", ""].map((key) => one.take(key))).toEqual([0, 0, 0]);
});

test("what is given back can be taken again, and never makes more than the burst", () => {
  const one = buckets(1, 60);
  one.take("a");
  one.giveBack("a");
  one.giveBack("a");
  expect([one.take("a"), one.take("a")]).toEqual([0, 1000]);
});

test("one that is not there yet can be reserved, and is waited for in turn, up to a bound", () => {
  const two = buckets(2, 60);
  const four = () => [0, 1, 2, 3].map(() => two.reserve("a", 2));
  expect(four()).toEqual([0, 0, 1000, 2000]);
  expect([two.reserve("a", 2), two.take("a"), two.reserve("b", 2)]).toEqual([null, 3000, 0]);
  time.leap(1500);
  expect([two.reserve("a", 2), two.reserve("a", 2)]).toEqual([1500, null]);
});

test("a clock that goes back takes nothing away and gives nothing", () => {
  let now = 1_000_000;
  const one = new TokenBuckets(
    () => ({ burst: 1, perMinute: 60 }),
    () => now,
  );
  one.take("a");
  now -= 500_000;
  expect(one.take("a")).toBe(1000);
  now += 1000;
  expect(one.take("a")).toBe(0);
});

test("in any time no more pass than the burst and the refill allow", () => {
  const steps = fc.array(fc.record({ pause: fc.nat(5000), asks: fc.nat(5) }), { maxLength: 50 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 600 }),
      steps,
      (burst, rate, steps) => {
        const some = buckets(burst, rate);
        let passed = 0;
        let spent = 0;
        for (const { pause, asks } of steps) {
          time.leap(pause);
          spent += pause;
          for (let ask = 0; ask < asks; ask++) if (some.take("a") === 0) passed++;
          expect(passed).toBeLessThanOrEqual(burst + (spent * rate) / 60_000 + 1e-6);
        }
      },
    ),
  );
});

describe("memory", () => {
  test("keys that mean nothing any more are forgotten", () => {
    const one = buckets(1, 60);
    for (let key = 0; key < 5 * sweepAbove; key++) {
      one.take(`${key}`);
      if (key % 1000 === 0) time.leap(1000);
    }
    expect(one.size).toBeLessThanOrEqual(sweepAbove + 1);
  });

  test("keys in use are kept, at no growing cost", () => {
    const one = buckets(1, 1);
    const started = performance.now();
    for (let key = 0; key < 5 * sweepAbove; key++) one.take(`${key}`);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(one.take("0")).toBe(60_000);
    expect(one.take(`${5 * sweepAbove - 1}`)).toBe(60_000);
  });
});
