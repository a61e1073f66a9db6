import { expect, test } from "bun:test";
import { Announcements } from "../../../web/chat/announcements.svelte.ts";
import { Pages } from "../../../web/chat/pages.svelte.ts";
import { message } from "../fakes/model-server.ts";

const me = 1;
const nameOf = (id: number) => ["", "Me", "Ada"][id] ?? `person ${id}`;

/** A conversation read at its end, of which these messages are held. */
function setUp(...seqs: number[]) {
  const pages = new Pages();
  const announcements = new Announcements(me, nameOf);
  const hear = () => {
    announcements.hear(pages);
    return announcements.all.map(({ text }) => text);
  };
  pages.begin({ messages: seqs.map((seq) => said(seq)), more: true }, null);
  hear();
  return { pages, announcements, hear };
}
const said = (seq: number, more: object = {}) => ({
  ...message(seq),
  author: 2,
  body: { text: `**word** ${seq}` },
  ...more,
});

test("a message that comes in is told once, with its author and without Markdown", () => {
  const { pages, announcements, hear } = setUp(10, 11);
  expect(hear()).toEqual([]);
  pages.merge([said(12)]);
  expect(hear()).toEqual(["Ada: word 12"]);
  const [first] = announcements.all;
  hear();
  pages.merge([said(13)]);
  expect(hear()).toEqual(["Ada: word 12", "Ada: word 13"]);
  expect(announcements.all[0]).toBe(first!);
});

test("neither changes, own messages, deleted ones, nor older pages are told", () => {
  const { pages, hear } = setUp(10, 11);
  pages.merge([
    said(11, { rev: 12, editedAt: 5 }),
    said(10, { rev: 13, reactions: [{ emoji: "👍", people: [3] }] }),
  ]);
  expect(hear()).toEqual([]);
  pages.merge([said(14, { author: me }), said(15, { deletedAt: 5 })]);
  hear();
  pages.prepend({ messages: [said(8), said(9)], more: false });
  expect(hear()).toEqual([]);
});

test("what is shown after a jump, or found below it, is not told as new", () => {
  const { pages, hear } = setUp(10, 11);
  pages.begin({ messages: [said(3), said(4)], more: true, newer: true }, 3);
  hear();
  pages.append({ messages: [said(5), said(12)], more: false });
  hear();
  pages.begin({ messages: [said(12), said(13)], more: true }, null);
  expect(hear()).toEqual([]);
  pages.merge([said(14)]);
  expect(hear()).toEqual(["Ada: word 14"]);
});

test("of many that come at once only the number is told, and lines of the conversation in their words", () => {
  const { pages, hear } = setUp(10);
  pages.merge([11, 12, 13, 14].map((seq) => said(seq)));
  expect(hear()).toEqual(["4 new messages"]);
  pages.merge([said(15, { body: { text: "", line: { what: "joined" } } })]);
  expect(hear()).toEqual(["4 new messages", "\u2068Ada\u2069 joined"]);
});

test("what an edited or deleted message said before stays nowhere", () => {
  const { pages, hear } = setUp(10);
  pages.merge([said(11), said(12), said(13)]);
  hear();
  pages.merge([said(11, { rev: 14, editedAt: 5 }), said(12, { rev: 15, deletedAt: 5 })]);
  expect(hear()).toEqual(["Ada: word 13"]);
});
