import { heapStats } from "bun:jsc";
import { expect } from "bun:test";
import fc from "fast-check";

/** All of them together, over requests and frames, are 10,000 and more. */
export const leastCases = { requests: 8_500, frames: 2_500 };

/** Longer than this no case may take, with all that it is asked for. */
const patienceMs = 10_000;
/** What memory may grow by: something once, for code that runs for the first time, and next to nothing for each case. */
const bytesAllowed = { once: 6 * 1024 * 1024, perCase: 256 };

/** Tries what is invented, counts the cases, and sees to it that none is kept. */
export class Fuzzing {
  #cases = 0;
  readonly #before = memory();

  /** Tries so many cases of a property; throws the smallest that fails or is not over in time. */
  async try<Ts>(property: fc.IAsyncProperty<Ts>, cases: number): Promise<void> {
    const details = await fc.check(property, { numRuns: cases, timeout: patienceMs });
    if (details.failed) throw new Error(await fc.asyncDefaultReportMessage(details));
    this.#cases += details.numRuns;
  }

  /** Expects that there were as many cases as that, and that memory has not grown with them. */
  expectAll(least: number): void {
    expect(this.#cases).toBeGreaterThanOrEqual(least);
    const { once, perCase } = bytesAllowed;
    expect(memory() - this.#before).toBeLessThan(once + perCase * this.#cases);
  }
}

/** The bytes of all that is reachable, and of what it holds outside of the heap. */
function memory(): number {
  Bun.gc(true);
  const { heapSize, extraMemorySize } = heapStats();
  return heapSize + extraMemorySize;
}
