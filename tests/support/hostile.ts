import fc from "fast-check";

/** Any value JSON can carry, the odd ones first in line. */
const odd = fc.constantFrom<unknown>(
  null,
  true,
  -1,
  0.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  2 ** 53,
  "",
  " ",
  "\0",
  "\ud800",
  "\u202e",
  "group",
  "direct:1:2",
  "__proto__",
  "constructor",
  "' or 1=1 --",
  "%00",
  "a".repeat(300),
  [],
  [[]],
  {},
  { text: "x" },
  { $gt: "" },
  { toString: "x" },
);
export const anyValue = fc.oneof(
  odd,
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: "binary", maxLength: 40 }),
);

/** A good object with one thing wrong: a field changed, missing, nested or added. */
export function spoiled(good: Record<string, unknown>): fc.Arbitrary<unknown> {
  const key = fc.constantFrom(...Object.keys(good));
  const extra = fc.oneof(
    fc.string({ maxLength: 10 }),
    fc.constantFrom("constructor", "prototype", "toString", "hasOwnProperty", "id", "role", "then"),
  );
  return fc.oneof(
    fc.tuple(key, anyValue).map(([name, value]) => ({ ...good, [name]: value })),
    fc.tuple(key, anyValue).map(([name, value]) => ({ ...good, [name]: { [name]: value } })),
    fc.tuple(extra, anyValue).map(([name, value]) => ({ ...good, [name]: value })),
    key.map((name) => Object.fromEntries(Object.entries(good).filter(([other]) => other !== name))),
    fc.constant([good]),
    anyValue,
  );
}

/** Texts that are not one JSON value, or one that two programs could read differently. */
export const malformedTexts = [
  "",
  " ",
  "{",
  "}",
  '{"a":1,}',
  "{'a':1}",
  '{"a":1}{"a":1}',
  '{"a":1,"a":1}',
  '{"a":1,"\\u0061":1}',
  '{"__proto__":{}}',
  '{"a":{"__proto__":1}}',
  '{"a":NaN}',
  '{"a":01}',
  '{"a":"\n"}',
  '{"a":"\\x"}',
  '{"a":"\\ud8"}',
  "\uFEFF{}",
  "[".repeat(10_000),
  '{"a":'.repeat(2000),
  `${"[".repeat(17)}${"]".repeat(17)}`,
  "undefined",
  '"',
];
