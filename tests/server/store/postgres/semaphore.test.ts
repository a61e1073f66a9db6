import { expect, test } from "bun:test";
import { semaphore } from "../../../../server/store/postgres/semaphore.ts";
import { outcomeOf } from "../../../support/outcome.ts";

/** Calls that end when they are told to, in the order in which they were let through. */
function ground(width: number) {
  const running: { name: string; end(): void; fail(): void }[] = [];
  const call = semaphore(width)((name: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    running.push({ name, end: () => resolve(name), fail: () => reject(new Error(name)) });
    return promise;
  });
  return { running, call, names: () => running.map(({ name }) => name) };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("so many are let through at once, the others in their order as places become free", async () => {
  const { running, call, names } = ground(2);
  const calls = ["a", "b", "c", "d"].map(call);
  await turn();
  expect(names()).toEqual(["a", "b"]);
  running[1]!.end();
  await turn();
  expect(names()).toEqual(["a", "b", "c"]);
  running[0]!.fail();
  expect(await outcomeOf(calls[0]!)).toThrow("a");
  await turn();
  expect(names()).toEqual(["a", "b", "c", "d"]);
  for (const { end } of running) end();
  expect(await Promise.all(calls.slice(1))).toEqual(["b", "c", "d"]);
  const again = ["e", "f", "g"].map(call);
  await turn();
  expect(names().slice(4)).toEqual(["e", "f"]);
  for (let at = 4; at < 7; at++) {
    running[at]!.end();
    await turn();
  }
  await Promise.all(again);
});

test("who waits for too long is refused, and has asked for nothing", async () => {
  const { running, call, names } = ground(1);
  const first = call("first");
  expect(await outcomeOf(call("waits"))).toThrow(expect.objectContaining({ code: "busy" }));
  running[0]!.end();
  await first;
  const last = call("last");
  await turn();
  expect(names()).toEqual(["first", "last"]);
  running[1]!.end();
  await last;
}, 10_000);

test("more than a crowd may not even wait", async () => {
  const { running, call } = ground(1);
  const calls = Array.from({ length: 20_001 }, (_, at) => call(String(at)).catch(({ code }) => code));
  expect(await call("one too many").catch(({ code }) => code)).toBe("busy");
  while (running.length < 20_001) {
    running.at(-1)!.end();
    await new Promise<void>((resolve) => queueMicrotask(resolve));
  }
  running.at(-1)!.end();
  expect((await Promise.all(calls)).at(-1)).toBe("20000");
});
