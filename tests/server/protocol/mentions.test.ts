import { expect, test } from "bun:test";
import { mentionsIn } from "../../../server/protocol/mentions.ts";

const names = new Set(["alice", "bob", "bob.b", "everyone", "x-y_"]);
const found = (text: string) => mentionsIn(text, (name) => names.has(name)).map(({ name }) => name);

test.each<[text: string, names: string[]]>([
  ["@alice and @BOB", ["alice", "BOB"]],
  ["(@bob.b) @bob.", ["bob.b", "bob"]],
  ["@bobby @al @carol", []],
  ["alice@bob.b @@bob /@bob", []],
  ["`@alice` ``@bob ` @bob`` @bob.b", ["bob.b"]],
  ["a ` lonely @alice", ["alice"]],
  ["```ts\n@alice\n``` @bob", ["bob"]],
  ["@alice ```\n@bob", ["alice"]],
  ["@x-y_... @everyone!", ["x-y_", "everyone"]],
])("%j mentions %j", (text, wanted) => {
  expect(found(text)).toEqual(wanted);
});

test("what a mention spans is the name with its @", () => {
  const text = "hi @bob.";
  const [mention] = mentionsIn(text, (name) => name === "bob");
  expect(text.slice(mention!.start, mention!.end)).toBe("@bob");
});

test("ASVS 1.2.9 hostile text takes time in proportion to its length", () => {
  const hostile = [
    Array.from({ length: 170 }, (_, at) => "`".repeat(at % 90)).join("a"),
    "@".repeat(16_000),
    "`a".repeat(8_000),
    "@bob....................".repeat(600),
    "@-------------------a".repeat(700),
  ];
  const start = performance.now();
  for (const text of hostile) found(text);
  expect(performance.now() - start).toBeLessThan(500);
});
