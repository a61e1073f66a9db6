import { expect, test } from "bun:test";
import { begunAt, completed, fitting, namedAt } from "../../../web/chat/completion.ts";

/** A text in which a bar stands for the caret, or two for what is selected. */
function draft(marked: string) {
  const [before = "", selected = "", after] = marked.split("|");
  const start = before.length;
  if (after === undefined) return { text: before + selected, start, end: start };
  return { text: before + selected + after, start, end: start + selected.length };
}

const cases: [written: string, word: string, then: string | null][] = [
  ["@|", "@anna", "@anna |"],
  ["hi @an|", "@anna", "hi @anna |"],
  ["hi @an| there", "@anna", "hi @anna |there"],
  ["hi @an|, there", "@anna", "hi @anna |, there"],
  ["(@j.r-x_|)", "@j.r-x_y", "(@j.r-x_y |)"],
  ["a\n@an|\nb", "@anna", "a\n@anna |\nb"],
  ["@anna @be|", "@bert", "@anna @bert |"],
  ["@an|na", "@anna", null],
  ["@a|n|", "@anna", null],
  ["@anna |", "@anna", null],
  ["mail@an|", "@anna", null],
  ["@@an|", "@anna", null],
  [`@${"a".repeat(21)}|`, "@anna", null],
  ["`@an|`", "@anna", null],
  ["`a` and `@an|", "@anna", null],
  ["`a` @an|", "@anna", "`a` @anna |"],
  ["```\n@an|\n```", "@anna", null],
  ["~~~\n@an|", "@anna", null],
  ["```\na\n```\n@an|", "@anna", "```\na\n```\n@anna |"],
  ["It's 5`\n@an|", "@anna", "It's 5`\n@anna |"],
  ["so :ta|", "🎉", "so 🎉 |"],
  ["🎂:ta|", "🎉", "🎂🎉 |"],
  [":+1|", "👍", "👍 |"],
  [":t|", "🎉", null],
  [":)|", "🎉", null],
  ["10:30|", "🎉", null],
  ["a::ta|", "🎉", null],
  ["`:ta|", "🎉", null],
];
test.each(cases)("in %p is offered %p, which makes it %p", (written, word, then) => {
  const given = draft(written);
  const begun = begunAt(given);
  if (begun === null) return expect(then).toBeNull();
  const { from, to, insert, start } = completed(begun, given.text, word);
  const text = given.text.slice(0, from) + insert + given.text.slice(to);
  expect(`${text.slice(0, start)}|${text.slice(start)}`).toBe(then!);
});

test.each([
  [":tada:|", "tada"],
  ["a :+1:| b", "+1"],
  ["🎂:tada:|", "tada"],
  ["::tada:|", null],
  ["10:30:|", null],
  ["`:tada:|", null],
  [":tada: |", null],
])("in %p the emoji written in full is %p", (written, name) => {
  const found = namedAt(draft(written));
  expect(found?.typed ?? null).toBe(name);
  if (found) expect(draft(written).text.slice(found.from, found.to)).toBe(`:${name}:`);
});

const people = [
  { id: 2, name: "hannah", online: true },
  { id: 3, name: "Anna", online: false },
  { id: 4, name: "antonia", online: true },
  { id: 5, name: "bert", online: true },
];
test.each([
  ["an", ["antonia", "Anna", "hannah"]],
  ["", ["antonia", "bert", "hannah", "Anna", "everyone", "here"]],
  ["H", ["hannah", "here"]],
  ["zz", []],
])("%p calls %p", (typed, names) => {
  const found = fitting(typed, people, true).map((one) => (typeof one === "string" ? one : one.name));
  expect(found).toEqual(names);
  expect(fitting("here", people, false)).toEqual([]);
});
