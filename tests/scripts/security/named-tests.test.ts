import { describe, expect, test } from "bun:test";
import { namedTests } from "../../../scripts/security/named-tests.ts";

/** What is found in a test file with this text, beside one that it may import. */
function found(text: string, beside = "") {
  const texts = new Map([
    ["tests/a.test.ts", text],
    ["tests/support/b.ts", beside],
    ["tests/support/c.ts", "export class Far { looks() { expect(1).toBe(1); } }"],
  ]);
  return namedTests(texts);
}
const only = (text: string, beside?: string) => found(text, beside).tests[0]!;
const standard = "AS" + "VS";

describe("a name", () => {
  const readings: [string, string[]][] = [
    ["1.2.3 one", ["1.2.3"]],
    ["1.2.3 4.5.6 two", ["1.2.3", "4.5.6"]],
    [`1.2.3 ${standard} 4.5.6 two`, ["1.2.3", "4.5.6"]],
    ["1.2.3, 4.5.6 two", ["1.2.3", "4.5.6"]],
    ["1.2.10 of 127.0.0.1, not one more", ["1.2.10"]],
  ];
  for (const [name, ids] of readings) {
    test(`names ${ids.join(" and ")} as "${name.replace(standard, "and")}"`, () => {
      expect(only(`test("${standard} ${name}", () => { expect(1).toBe(1); });`)).toMatchObject({
        ids,
        line: 1,
      });
    });
  }

  test("may be of a group, of many tests at once, and a template", () => {
    const { tests } = found(`
      describe("${standard} 1.1.1 a group", () => { test("is", () => expect(1).toBe(1)); });
      test.each([1, 2])("${standard} 1.1.2 each", () => expect(1).toBe(1));
      for (const a of [1]) test(\`${standard} 1.1.3 \${a}\`, () => expect(1).toBe(1));
      test("no requirement", () => expect(1).toBe(1));
    `);
    expect(tests.map(({ ids }) => ids)).toEqual([["1.1.1"], ["1.1.2"], ["1.1.3"]]);
  });

  test("that speaks of the standard otherwise cannot be read", () => {
    const names = [
      `by ${standard} 1.2.3`,
      `${standard} 1.2 short`,
      `${standard} 1.2.3`,
      `${standard}1.2.3 close`,
    ];
    const { tests, unreadable } = found(
      names.map((name) => `test("${name}", () => expect(1).toBe(1));`).join("\n"),
    );
    expect([tests, unreadable]).toEqual([[], names.map((name) => `tests/a.test.ts: ${name}`)]);
  });
});

describe("a test expects something", () => {
  const start = `import { looks, Near } from "./support/b.ts";`;
  const expecting = (body: string, beside?: string) =>
    only(
      `${start}\nfunction own() { expect(1).toBe(1); }\nconst far = 1;\ntest("${standard} 1.2.3 it", ${body});`,
      beside,
    ).expects;

  for (const [what, body, beside] of [
    ["by itself", "() => { expect(1).toBe(1); }"],
    ["of an error to come", "async () => { expect(await outcomeOf(go())).toThrow(); }"],
    ["by a property", "() => fc.assert(fc.property(fc.string(), (text) => text === text))"],
    ["by waiting for what has to come", "async () => { await page.getByText('x').waitFor(); }"],
    ["by a function of the file", "() => own()"],
    ["by a function that is handed on", "own"],
    [
      "by a function of another file",
      "() => looks()",
      "export const looks = () => deeper();\nfunction deeper() { expect(1).toBe(1); }",
    ],
    [
      "by a method of another file",
      "() => new Near().looks()",
      "export class Near { looks() { expect(1).toBe(1); } }",
    ],
  ] as [string, string, string?][]) {
    test(what, () => expect(expecting(body, beside)).toBe(true));
  }

  for (const [what, body, beside] of [
    ["empty", "() => {}"],
    ["that only does something", "async () => { await go(); }"],
    ["that calls what expects nothing", "() => looks()", "export const looks = () => 1;"],
    ["that calls a method which expects something elsewhere", "() => near.looks()"],
    ["that has a member of the same name", "() => { near.own; ({ own: 1 }); }"],
    [
      "that calls itself in a circle",
      "() => looks()",
      "export function looks() { other(); }\nfunction other() { looks(); }",
    ],
  ] as [string, string, string?][]) {
    test(`and not one ${what}`, () => expect(expecting(body, beside)).toBe(false));
  }
});
