import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { LogView } from "../../../web/chat/log-view.svelte.ts";
import { Pages } from "../../../web/chat/pages.svelte.ts";
import { message } from "../fakes/model-server.ts";

const run = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
function setUp(from: number, to: number, start: number | null = null) {
  const pages = new Pages();
  pages.begin({ messages: run(from, to), more: from > 1 }, start);
  const view = new LogView(pages);
  const ends = () => [view.shown[0]?.seq, view.shown.at(-1)?.seq];
  return { pages, view, ends };
}

test("begins at the end, and follows it without growing beyond a few hundred", () => {
  const { pages, view, ends } = setUp(1, 100);
  view.begin();
  expect(ends()).toEqual([21, 100]);
  pages.merge(run(101, 700));
  expect(ends()).toEqual([451, 700]);
  expect(view.atEnd).toBe(true);
});

test("begins before the first unread message, however many there are", () => {
  for (const count of [400, 900, 5_000]) {
    const { pages, view, ends } = setUp(1, count, 201);
    expect(ends()).toEqual([181, Math.min(430, count)]);
    view.begin();
    view.follow(false);
    pages.merge(run(count + 1, count + 100));
    expect(ends()[0]).toBe(181);
  }
});

test("begins anew wherever it is told to, also in what is held already", () => {
  const { pages, view, ends } = setUp(1, 900, 201);
  view.begin();
  view.follow(false);
  pages.beginAt(null);
  expect(ends()).toEqual([821, 900]);
  view.begin();
  pages.begin({ messages: run(3_001, 3_050), more: true, newer: true }, 3_026);
  expect([ends(), view.atEnd, view.atStart]).toEqual([[3_001, 3_050], false, false]);
});

test("ends where what is held ends, which is not the end of the conversation while newer messages exist", () => {
  const { pages, view, ends } = setUp(1, 10);
  pages.begin({ messages: run(101, 200), more: true, newer: true }, 151);
  view.begin();
  view.follow(false);
  expect([view.atEnd, view.down()]).toEqual([false, false]);
  pages.merge(run(900, 901));
  expect(ends()[1]).toBe(200);
  pages.append({ messages: run(201, 250), more: false });
  expect([ends()[1], view.atEnd]).toEqual([250, true]);
  pages.merge(run(251, 251));
  expect(ends()[1]).toBe(251);
});

test("one who reads further up keeps what is shown, and is told that it is not the end", () => {
  const { pages, view, ends } = setUp(1, 200);
  view.begin();
  view.follow(false);
  pages.merge(run(201, 500));
  expect(ends()).toEqual([121, 370]);
  expect(view.atEnd).toBe(false);
  while (view.down());
  expect(ends()[1]).toBe(500);
  expect(view.atEnd).toBe(true);
});

test("goes up to the first message and back down, and never leaves anything out", () => {
  const { view, ends } = setUp(1, 1000);
  view.begin();
  view.follow(false);
  const seen = new Set<number>();
  const look = () => view.shown.forEach(({ seq }) => void seen.add(seq));
  for (look(); view.up(); look());
  expect(seen.size).toBe(1000);
  expect([ends()[0], view.atStart]).toEqual([1, true]);
  seen.clear();
  for (look(); view.down(); look());
  expect(seen.size).toBe(1000);
  expect(view.atEnd).toBe(true);
});

test("whatever is done: what is shown is a short unbroken piece", () => {
  const acts = ["up", "down", "follow", "unfollow", "begin", "older", "newer", "keep"] as const;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...acts), { maxLength: 60 }), (actions) => {
      const { pages, view } = setUp(2001, 2100);
      for (const act of actions) {
        const first = pages.messages[0]!.seq;
        const last = pages.messages.at(-1)!.seq;
        if (act === "up") view.up();
        if (act === "down") view.down();
        if (act === "follow") view.follow(true);
        if (act === "unfollow") view.follow(false);
        if (act === "begin") {
          pages.beginAt(null);
          view.begin();
        }
        if (act === "older") pages.prepend({ messages: run(first - 60, first - 1), more: true });
        if (act === "newer") pages.merge(run(last + 1, last + 60));
        if (act === "keep") pages.keep(200);
        const shown = view.shown.map(({ seq }) => seq);
        expect(shown).toEqual(shown.map((_, index) => shown[0]! + index));
        expect(shown.length).toBeLessThanOrEqual(250);
        expect(shown.length).toBeGreaterThan(0);
      }
    }),
  );
});
