import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { LogView } from "../../../web/screens/log-view.svelte.ts";
import { Pages } from "../../../web/state/pages.svelte.ts";
import { message } from "../fakes/model-server.ts";

const run = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
function setUp(from: number, to: number) {
  const pages = new Pages();
  pages.begin({ messages: run(from, to), more: from > 1 });
  const view = new LogView(pages);
  const ends = () => [view.shown[0]?.seq, view.shown.at(-1)?.seq];
  return { pages, view, ends };
}

test("begins at the end, and follows it without growing beyond a few hundred", () => {
  const { pages, view, ends } = setUp(1, 100);
  view.begin(null);
  expect(ends()).toEqual([21, 100]);
  pages.merge(run(101, 700));
  expect(ends()).toEqual([451, 700]);
  expect(view.atEnd).toBe(true);
});

test("begins before the first unread message", () => {
  const { view, ends } = setUp(1, 400);
  view.begin(200);
  expect(ends()[0]).toBe(181);
  expect(ends()[1]).toBeGreaterThan(400 - 20);
});

test("one who reads further up keeps what is shown, and is told that it is not the end", () => {
  const { pages, view, ends } = setUp(1, 200);
  view.begin(null);
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
  view.begin(null);
  view.follow(false);
  const seen = new Set<number>();
  const look = () => view.shown.forEach(({ seq }) => void seen.add(seq));
  for (look(); view.up(); look());
  expect(seen.size).toBe(1000);
  expect([ends()[0], view.atBeginning]).toEqual([1, true]);
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
        if (act === "begin") view.begin(null);
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
