import { expect, test } from "bun:test";
import { lastLine, namesInShort } from "../../../web/chat/list-words.ts";

const names: Record<number, string> = { 1: "Me", 2: "Ada" };
const said = { seq: 1, author: 2, text: "See **you**\nat 8", at: 0 };
const about = { latest: said, draft: "", me: 1, isDirect: false, nameOf: (id: number) => names[id]! };

test.each([
  ["somebody's", {}, "Ada: See you at 8"],
  ["somebody's, between two", { isDirect: true }, "See you at 8"],
  ["one's own", { isDirect: true, latest: { ...said, author: 1 } }, "You: See you at 8"],
  ["a draft", { draft: "not *sent* yet" }, "Draft: not sent yet"],
  ["a draft of nothing", { draft: " \n" }, "Ada: See you at 8"],
  ["a deleted one", { latest: { ...said, text: "", deleted: true as const } }, "Ada: Message deleted"],
  [
    "what the conversation says",
    { latest: { ...said, text: "", line: { what: "joined" as const } } },
    "\u2068Ada\u2069 joined",
  ],
  ["nothing", { latest: null }, undefined],
])("the last line of a conversation: %s", (_, more, shown) => {
  const line = lastLine({ ...about, ...more });
  expect(line ? line.lead + line.text : undefined).toBe(shown);
});

test.each([
  [[], "Only you"],
  [["Ada"], "Ada"],
  [["Ada", "Bob", "Cleo"], "Ada, Bob, Cleo"],
  [["Ada", "Bob", "Cleo", "Dan"], "Ada, Bob and 2 others"],
])("names as a title: %p", (people, title) => {
  expect(namesInShort(people)).toBe(title);
});
