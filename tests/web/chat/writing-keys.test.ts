import { describe, expect, test } from "bun:test";
import { type Draft, type Edit, pastedOver, pressed } from "../../../web/chat/writing-keys.ts";

/** A text in which one or two bars stand for the selection. */
function draft(marked: string): Draft {
  const [before = "", selected = "", after] = marked.split("|");
  const start = before.length;
  if (after === undefined) return { text: before + selected, start, end: start };
  return { text: before + selected + after, start, end: start + selected.length };
}

function marked({ text }: Draft, edit: Edit | "send" | null): string | null {
  if (edit === null || edit === "send") return edit;
  const { from, to, insert, start, end } = edit;
  const changed = text.slice(0, from) + insert + text.slice(to);
  const bar = start === end ? "" : "|";
  return `${changed.slice(0, start)}${bar}${changed.slice(start, end)}|${changed.slice(end)}`;
}

/** `keys` as one says them: Shift+Enter, Ctrl+B. */
function press(keys: string, text: string, touch = false): string | null {
  const held = keys.split("+");
  const key = held.pop()!;
  const given = draft(text);
  const shift = held.includes("Shift");
  return marked(given, pressed({ key, shift, command: held.includes("Ctrl") }, given, touch));
}

const cases: [keys: string, before: string, after: string | null][] = [
  ["Enter", "hello|", "send"],
  ["Enter", "- a|", "send"],
  ["Ctrl+Enter", "```\na|", "send"],
  ["Shift+Enter", "hello|", null],
  ["Shift+Enter", "- a|", "- a\n- |"],
  ["Shift+Enter", "* a|b", "* a\n* |b"],
  ["Shift+Enter", "x\n  + a|", "x\n  + a\n  + |"],
  ["Shift+Enter", "9. a|\nend", "9. a\n10. |\nend"],
  ["Shift+Enter", "1) a|", "1) a\n2) |"],
  ["Shift+Enter", "> a|", "> a\n> |"],
  ["Shift+Enter", "> > - a|", "> > - a\n> > - |"],
  ["Shift+Enter", "- a\n- |", "- a\n|"],
  ["Shift+Enter", "1. a\n2. |\nend", "1. a\n|\nend"],
  ["Shift+Enter", "> a\n> |", "> a\n|"],
  ["Shift+Enter", "> - a\n> - |", "> - a\n> |"],
  ["Shift+Enter", "- a|bc|d", "- a\n- |d"],
  ["Shift+Enter", "|- a", null],
  ["Shift+Enter", "-a|", null],
  ["Shift+Enter", "**bold** a|", null],
  ["Enter", "```ts|", "```ts\n|"],
  ["Enter", "```\n  a|", "```\n  a\n  |"],
  ["Enter", "```\n- a|\n```", "```\n- a\n|\n```"],
  ["Enter", "```\na\n```|", "send"],
  ["Enter", "```\na```|", "send"],
  ["Enter", "```a```|", "send"],
  ["Enter", "````\n```\na|", "````\n```\na\n|"],
  ["Ctrl+b", "a |word| b", "a **|word|** b"],
  ["Ctrl+B", "a **|word|** b", "a |word| b"],
  ["Ctrl+i", "a |word | b", "a *|word|*  b"],
  ["Ctrl+i", "***|word|***", "**|word|**"],
  ["Ctrl+i", "**|word|**", "***|word|***"],
  ["Ctrl+b", "*|word|*", "***|word|***"],
  ["Ctrl+e", "a |", "a `|`"],
  ["Ctrl+e", "a `|`", "a |"],
  ["Ctrl+e", "see |a\n  b| c", "see \n```\n|a\n  b|\n```\n c"],
  ["Ctrl+Shift+X", "|word|", "~~|word|~~"],
  ["Ctrl+x", "|word|", null],
  ["b", "|word|", null],
];

test.each(cases)("%s in %j makes %j", (keys, before, after) => {
  expect(press(keys, before)).toBe(after);
});

test("where one writes by touch, Enter does what Shift+Enter does", () => {
  expect([press("Enter", "- a|", true), press("Enter", "a|", true)]).toEqual(["- a\n- |", null]);
});

describe("an address that is pasted", () => {
  const paste = (text: string, pasted: string) => marked(draft(text), pastedOver(draft(text), pasted));

  test("over a word makes a link of it", () => {
    expect(paste("see |the plan| now", "https://a.example/x_(y)\n")).toBe(
      "see [the plan](https://a.example/x_%28y%29)| now",
    );
  });

  test("is pasted as it is over nothing, over an address, over several lines; so is what is no address", () => {
    const address = "https://a.example";
    const plain = [paste("a|", address), paste("|https://b.example|", address), paste("|a\nb|", address)];
    expect([...plain, paste("|a|", "b"), paste("|a|", `${address} b`), paste("|a|", "javascript:x")]).toEqual(
      Array(6).fill(null),
    );
  });
});
