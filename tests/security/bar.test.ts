import { describe, expect, test } from "bun:test";
import { failing, levels, readBar, readDecisions, tally } from "../../scripts/security/bar.ts";
import { namedTests, testTexts } from "../../scripts/security/named-tests.ts";

const bar = await readBar();
const decisions = await readDecisions();
const { tests, unreadable } = namedTests(await testTexts());
const known = new Set([...bar.items.map(({ id }) => id), ...bar.beyond]);

describe("the security bar", () => {
  test("is 222 requirements, each once: 60 of level 1, 131 of level 2, 31 of level 3", () => {
    expect(new Set(bar.items.map(({ id }) => id)).size).toBe(222);
    const counts = levels.map((level) => bar.items.filter((item) => item.level === level).length);
    expect(counts).toEqual([60, 131, 31]);
  });

  test("has every requirement that a test names", () => {
    expect(unreadable).toEqual([]);
    expect(tests.length).toBeGreaterThan(200);
    expect(tests.filter(({ ids }) => ids.some((id) => !known.has(id)))).toEqual([]);
  });

  test("has every requirement that a decision names, with a reason", () => {
    expect(decisions.length).toBeGreaterThan(5);
    expect(decisions.filter(({ ids }) => ids.some((id) => !known.has(id)))).toEqual([]);
    expect(decisions.filter(({ reason }) => reason.length < 30)).toEqual([]);
  });

  test("is shown by tests that expect something", () => {
    expect(tests.filter(({ expects }) => !expects)).toEqual([]);
  });

  test("has nothing open at levels 1 and 2", () => {
    const open = failing(tally(bar, tests, decisions));
    expect(open.map(({ id, asks }) => `${id} ${asks}`)).toEqual([]);
  });
});
