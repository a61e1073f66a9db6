import { expect, test } from "bun:test";
import { plainText } from "../../../web/chat/plain-text.ts";

const lines: [markdown: string, plain: string][] = [
  ["Good morning", "Good morning"],
  ["**bold** and *italic*, _this too_, ~~gone~~", "bold and italic, this too, gone"],
  ["***both*** and __bold__", "both and bold"],
  ["snake_case_name, 2 * 3 * 4, ** and a ~~ b", "snake_case_name, 2 * 3 * 4, ** and a ~~ b"],
  ["one\n\n  two\tthree", "one two three"],
  ["# Plan\n- bread\n- milk\n1. first", "Plan bread milk 1. first"],
  ["> said\n> > before\nanswer", "said before answer"],
  ["#channel and -5 degrees", "#channel and -5 degrees"],
  ["Run `rm **x**` now, or ``a`b``", "Run rm **x** now, or a`b"],
  ["See:\n```ts\nconst a = 1;\n```\nclear?", "See: const a = 1; clear?"],
  ["The end is ||he *dies*|| really", "The end is ▒▒▒▒ really"],
  ["||one|| ||two\nlines||", "▒▒▒▒ ▒▒▒▒"],
  ["cut off in ||the secr", "cut off in ▒▒▒▒"],
  ["if (a || b) and c || d", "if (a || b) and c || d"],
  ["[the plan](https://chat.example/plan) here", "the plan here"],
  ["[x](javascript:alert) [y]", "[x](javascript:alert) [y]"],
  ["\\*not italic\\*", "*not italic*"],
  ["", ""],
];

test.each(lines)("%j is shown in one line as %j", (markdown, plain) => {
  expect(plainText(markdown)).toBe(plain);
});

test("the longest of hostile texts takes a moment", () => {
  const timeOf = (text: string) => {
    const begun = performance.now();
    plainText(text);
    return performance.now() - begun;
  };
  for (const sign of ["*", "_", "`", "||a", "[", "> ", "**a ", "~~a", "\\", "`` ` "]) {
    const text = sign.repeat(16_000);
    // Not each time: a busy machine makes anything wait now and then.
    const isSlow = [1, 2, 3].every(() => timeOf(text) > 50);
    expect([sign, isSlow]).toEqual([sign, false]);
  }
});
