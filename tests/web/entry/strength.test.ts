import { expect, test } from "bun:test";
import type { Verdict } from "../../../server/protocol/strength.ts";
import { Strength, type StrengthThread } from "../../../web/entry/strength.svelte.ts";
import { fakeSystem } from "../fakes/system.ts";

const verdict: Verdict = { level: 3, enough: true, advice: "One more." };

/** A strength whose thread answers when the test says so. */
function started(start?: () => Promise<StrengthThread>) {
  const { after, advance } = fakeSystem();
  const asked: { password: string; names: readonly string[]; answer: PromiseWithResolvers<Verdict> }[] = [];
  const state = { starts: 0, closed: 0 };
  const thread: StrengthThread = {
    judge({ password, names }) {
      const answer = Promise.withResolvers<Verdict>();
      asked.push({ password, names, answer });
      return answer.promise;
    },
    close: () => void state.closed++,
  };
  const begin = async () => {
    state.starts++;
    return thread;
  };
  const strength = new Strength(start ?? begin, after);
  const pause = async () => {
    advance(300);
    await settled();
  };
  return { strength, asked, state, pause };
}
/** Waits until all that is ready has run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("nothing is loaded before something is typed, and then once", async () => {
  const { strength, state, pause } = started();
  strength.read("", []);
  await pause();
  expect([strength.reading, state.starts]).toEqual([null, 0]);
  strength.read("a", []);
  strength.read("ab", []);
  await pause();
  expect(state.starts).toBe(1);
  expect(strength.reading).toMatchObject({ level: 0, advice: "It needs 6 more characters." });
});

test("it is judged when the fingers rest, with the names that are known", async () => {
  const { strength, asked, pause } = started();
  for (const text of ["lemon tr", "lemon tre", "lemon tree"]) strength.read(text, ["anna", "Chat"]);
  expect(asked).toEqual([]);
  await pause();
  expect(asked).toMatchObject([{ password: "lemon tree", names: ["anna", "Chat"] }]);
  asked[0]!.answer.resolve(verdict);
  await settled();
  expect(strength.reading).toEqual({ level: 3, name: "Good", enough: true, advice: "One more." });
  strength.read("", []);
  expect(strength.reading).toBeNull();
});

test("an answer about what stood there before is not shown", async () => {
  const { strength, asked, pause } = started();
  strength.read("lemon tree", []);
  await pause();
  strength.read("lemon tree garden", []);
  asked[0]!.answer.resolve(verdict);
  await settled();
  expect(strength.reading).toBeNull();
});

test("where the thread cannot be had, or breaks, that is said", async () => {
  const absent = started(() => Promise.reject(new Error("offline")));
  const broken = started();
  for (const { strength, pause } of [absent, broken]) {
    strength.read("lemon tree", []);
    await pause();
  }
  broken.asked[0]!.answer.reject(new Error("broken"));
  await settled();
  for (const { strength } of [absent, broken]) {
    expect(strength.reading?.level).toBeNull();
    expect(strength.reading?.advice).toStartWith("How strong it is cannot be told here.");
  }
});

test("when the form goes, the thread goes, and nothing more is judged", async () => {
  const { strength, asked, state, pause } = started();
  strength.read("lemon tree", []);
  strength.close();
  await pause();
  expect([asked.length, state.closed]).toEqual([0, 1]);
});
