import { expect, test } from "bun:test";
import { oneAtATime } from "../../../server/cluster/one-at-a-time.ts";
import { outcomeOf } from "../../support/outcome.ts";

/** Work that ends when it is told to, and how often it was begun. */
function ground() {
  const begun: ReturnType<typeof Promise.withResolvers<void>>[] = [];
  const run = oneAtATime(() => {
    const work = Promise.withResolvers<void>();
    begun.push(work);
    return work.promise;
  });
  return { begun, run };
}

test("what is asked for during a run is done by one run after it", async () => {
  const { begun, run } = ground();
  const first = run();
  const later = [run(), run(), run()];
  expect(begun).toHaveLength(1);
  begun[0]!.resolve();
  await first;
  await Promise.resolve();
  expect(begun).toHaveLength(2);
  begun[1]!.resolve();
  await Promise.all(later);
  expect(begun).toHaveLength(2);
});

test("a run that fails tells those who asked for it, and not those who asked for the next", async () => {
  const { begun, run } = ground();
  const first = run();
  const second = run();
  begun[0]!.reject(new Error("no"));
  expect(await outcomeOf(first)).toThrow("no");
  await first.catch(() => {});
  begun[1]?.resolve();
  await second;
  const third = run();
  begun[2]!.resolve();
  await third;
});
