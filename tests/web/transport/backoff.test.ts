import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { backoff } from "../../../web/transport/backoff.ts";

test("the first try comes within half a second, and later ones ever later, up to half a minute", () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map((attempt) => backoff(attempt, 0));
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
});

test("chance shortens a wait by at most half, and never lengthens it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempt, chance) => {
        const longest = backoff(attempt, 0);
        const wait = backoff(attempt, chance);
        expect(wait).toBeGreaterThanOrEqual(Math.floor(longest / 2));
        expect(wait).toBeLessThanOrEqual(longest);
      },
    ),
  );
});
