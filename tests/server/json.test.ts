import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseJson } from "../../server/json.ts";
import { limits } from "../../server/protocol/limits.ts";
import { Refusal } from "../../server/refusal.ts";

const isRefused = (text: string): boolean => {
  try {
    parseJson(text);
    return false;
  } catch (error) {
    if (error instanceof Refusal && error.code === "malformed") return true;
    throw error;
  }
};
const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

test("what JSON.stringify writes, it reads", () => {
  const value = fc.jsonValue({ maxDepth: 6, noUnicodeString: false });
  fc.assert(
    fc.property(value, (value) => {
      const text = JSON.stringify(value);
      fc.pre(!text.includes("__proto__"));
      expect(parseJson(text)).toEqual(JSON.parse(text));
      expect(parseJson(JSON.stringify(value, null, "\t"))).toEqual(JSON.parse(text));
    }),
  );
});

test("any text is either what JSON.parse makes of it, or malformed", () => {
  const token = fc.constantFrom(
    ..."{}[]:,\"\\'ab01.eE+- \n\u0000\ud800é",
    "\\u0061",
    "null",
    "true",
    '"a"',
    "__proto__",
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(token, { maxLength: 30 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (text) => {
      if (!isRefused(text)) expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
    { numRuns: 2000 },
  );
});

describe("ASVS 1.5.2 a text that two programs could read differently is malformed", () => {
  const texts = [
    '{"a":1,"a":1}',
    '{"a":1,"b":{"a":2,"a":3}}',
    '[{"a":1},{"a":1,"a":2}]',
    '{"a":1,"\\u0061":2}',
    '{"\\u0061":1,"\\u0061":2}',
    '{"":1,"":2}',
    '{"a\\"":1,"a\\u0022":2}',
    '{"a" \t\n:1,"a"\r:2}',
    '{"a":"}","a":1}',
    '{"a":"\\\\","a":1}',
    '{"__proto__":1}',
    '{"a":{"__proto__":null}}',
    '{"\\u005f_proto__":1}',
    '["a":1]',
    '"a":1',
    '{"a":"b":1}',
  ];
  for (const text of texts) test(text, () => expect(isRefused(text)).toBe(true));

  test("equal keys in different objects are no double", () => {
    expect(isRefused('{"a":{"a":[{"a":1},{"a":2}]},"b":{"a":"\\"a\\":1"}}')).toBe(false);
  });

  test("a text that looks like a key is none", () => {
    expect(parseJson('{"a":"__proto__","b":"a"}')).toEqual({ a: "__proto__", b: "a" });
  });
});

test("nesting is bounded, in objects and arrays alike", () => {
  const most = limits.jsonMaxDepth;
  expect(isRefused(nested(most, "[", "]"))).toBe(false);
  expect(isRefused(nested(most + 1, "[", "]"))).toBe(true);
  expect(isRefused(`${'{"a":'.repeat(most)}1${"}".repeat(most)}`)).toBe(false);
  expect(isRefused(`${'{"a":'.repeat(most + 1)}1${"}".repeat(most + 1)}`)).toBe(true);
  expect(isRefused(nested(10_000, "[", "]"))).toBe(true);
  expect(isRefused("[".repeat(100_000))).toBe(true);
  expect(isRefused(`[${"[],".repeat(10_000)}[]]`)).toBe(false);
});

test("the largest frames are read in one pass, whatever they hold", () => {
  const size = limits.frameMaxBytes;
  const hostile = ['"', "\\", '\\"', '"\\', '"a" ', '"":', " ", '{"a":', "\\u0061"];
  const started = performance.now();
  for (const part of hostile) isRefused(`{${part.repeat(size / part.length)}`);
  for (const part of hostile) isRefused(`{"a":"${part.repeat(size / part.length)}"}`);
  expect(performance.now() - started).toBeLessThan(1000);
});

test("ASVS 15.3.6 constructor and prototype are keys like others and reach no object's ancestors", () => {
  const parsed = parseJson('{"constructor":{"prototype":{"polluted":true}}}') as object;
  expect(Object.hasOwn(parsed, "constructor")).toBe(true);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
