import { describe, expect, test } from "bun:test";
import { faultKinds, inWords, isFault, type Plan, revocations, schedule, targets } from "./schedule.ts";

const plan = (seed: number, ms = 120_000): Plan => ({
  seed,
  ms,
  nodes: 3,
  kinds: faultKinds,
  revoked: revocations,
});
const seeds = Array.from({ length: 50 }, (_, at) => at);

describe("the schedule of faults", () => {
  test("is the same for the same seed, and another for another", () => {
    for (const seed of seeds) expect(schedule(plan(seed))).toEqual(schedule(plan(seed)));
    expect(new Set(seeds.map((seed) => schedule(plan(seed)).map(inWords).join("\n"))).size).toBe(
      seeds.length,
    );
  });

  test("has every kind of fault and of revocation in two minutes, on every node", () => {
    for (const seed of seeds) {
      const steps = schedule(plan(seed));
      const wanted = [...faultKinds, ...revocations];
      expect(wanted.filter((kind) => !steps.some((step) => step.kind === kind))).toEqual([]);
      expect(new Set(steps.map(({ node }) => node)).size).toBe(3);
    }
  });

  test("is in the order of time, and begins nothing after the end", () => {
    for (const seed of seeds) {
      const times = schedule(plan(seed, 20_000)).map(({ at }) => at);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
      expect(times.every((at) => at >= 0 && at < 20_000)).toBe(true);
    }
  });

  test("sometimes has two faults at once, and never two on the same thing", () => {
    let overlapping = 0;
    for (const seed of seeds) {
      const steps = schedule(plan(seed)).filter(({ kind }) => isFault(kind));
      for (const [at, step] of steps.entries()) {
        const next = steps[at + 1];
        if (!next || next.at >= step.at + step.lasts) continue;
        overlapping++;
        expect(targets(step).filter((thing) => targets(next).includes(thing))).toEqual([]);
      }
    }
    expect(overlapping).toBeGreaterThan(seeds.length);
  });

  test("keeps a node cut off for longer than it may take to notice, and does only what is asked", () => {
    for (const seed of seeds) {
      const steps = schedule({ ...plan(seed), kinds: ["cut"], revoked: [] });
      expect(steps.every(({ kind, lasts, way }) => kind === "cut" && lasts > 3_500 && way)).toBe(true);
    }
    expect(schedule({ ...plan(1), kinds: [], revoked: [] })).toEqual([]);
  });
});
