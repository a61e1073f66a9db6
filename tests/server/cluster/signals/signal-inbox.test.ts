import { beforeEach, expect, test } from "bun:test";
import fc from "fast-check";
import type { Signal } from "../../../../server/cluster/signal.ts";
import { frameText, readFrame } from "../../../../server/cluster/signal-frame.ts";
import { signalInbox } from "../../../../server/cluster/signal-inbox.ts";
import { groupId } from "../../../../server/protocol/conversation-id.ts";
import { anyValue } from "../../../support/hostile.ts";
import { grown, presence } from "./listener.ts";

const [own, other, later] = ["a", "b", "c"].map((digit) => digit.repeat(32)) as [string, string, string];
const poll: Signal = { kind: "look" };
let epoch: string;
let heard: Signal[];
let bugs: unknown[];
let counts: { lost: number; refused: number };
let take: (text: string) => void;
beforeEach(() => {
  epoch = "e".repeat(32);
  heard = [];
  bugs = [];
  counts = { lost: 0, refused: 0 };
  take = signalInbox(
    own,
    () => epoch,
    counts,
    (signal) => heard.push(signal),
    (error) => bugs.push(error),
  );
});
const frame = (run: string, number: number, ...signals: unknown[]) =>
  frameText("node-1", run, epoch, number, JSON.stringify(signals));

test("frames of others are heard in order, their own numbers each, and what comes again is not", () => {
  take(frame(other, 0, presence(1), grown(groupId, 1, ["a", "b"])));
  take(frame(later, 0, presence(2)));
  take(frame(other, 1, presence(3)));
  const all = [presence(1), grown(groupId, 1, ["a", "b"]), presence(2), presence(3)];
  expect(heard).toEqual(all);
  take(frame(other, 0, presence(4)));
  take(frame(other, 1, presence(4)));
  take(frame(later, 0, presence(4)));
  expect(heard).toEqual(all);
  expect(counts).toEqual({ lost: 0, refused: 3 });
});

test("a frame that is missing is made up for by a look", () => {
  take(frame(other, 0, presence(1)));
  take(frame(other, 2, presence(2)));
  take(frame(later, 7, presence(3)));
  expect(heard).toEqual([presence(1), poll, presence(2), poll, presence(3)]);
});

test("one's own frames are not heard, also when another process has the same name", () => {
  take(frame(own, 0, presence(1)));
  take(frame(other, 0, presence(2)));
  expect(heard).toEqual([presence(2)]);
  expect(counts.refused).toBe(0);
});

test("a signal that could not be dealt with is reported, and the others are heard", () => {
  const failing = signalInbox(
    own,
    () => epoch,
    counts,
    (signal) => {
      if (signal.kind === "look") throw new Error("a bug");
      heard.push(signal);
    },
    (error) => bugs.push(error),
  );
  failing(frame(other, 0, poll, presence(1)));
  expect(heard).toEqual([presence(1)]);
  expect(bugs).toEqual([new Error("a bug")]);
});

test("what is not exactly a frame is dropped and counted", () => {
  const good = JSON.parse(frame(other, 0, grown(groupId, 3, ["a", "b"])));
  const [signal] = good.signals;
  const [first, second] = signal.messages;
  const strange: unknown[] = [
    ...["", "{}", "[]", "null", "\0", frame(other, 0, poll).slice(1)],
    { ...good, from: "" },
    { ...good, from: "x".repeat(65) },
    { ...good, from: "<b>" },
    { ...good, run: "1" },
    { ...good, number: -1 },
    { ...good, number: 0.5 },
    { ...good, more: 1 },
    { ...good, signals: [{ kind: "shutdown" }] },
    ...[
      { ...signal, first: 4 },
      { ...signal, first: 5, head: 4, messages: undefined },
      { ...signal, conversation: "direct:2:1" },
      { ...signal, conversation: "direct:1:2" },
      { ...signal, messages: [second, first] },
      { ...signal, messages: [first] },
      { ...signal, messages: [first, { ...second, body: 7 }] },
      { kind: "presence", rev: 1, users: [{ user: 0, sockets: 1, quiet: false }] },
      { kind: "presence", rev: 1, users: [{ user: 1, sockets: -1, quiet: false }] },
      { kind: "look", more: 1 },
    ].map((each) => ({ ...good, signals: [each] })),
  ];
  for (const each of strange) take(typeof each === "string" ? each : JSON.stringify(each));
  expect(heard).toEqual([]);
  expect(counts.refused).toBe(strange.length);
  take(JSON.stringify(good));
  expect(heard).toEqual([grown(groupId, 3, ["a", "b"])]);
});

test("no JSON whatever breaks the reading", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      expect(readFrame(JSON.stringify(value) ?? "")).toBeNull();
      const part = JSON.stringify({ from: "b", run: other, number: 0, signals: [value] });
      readFrame(part);
    }),
  );
});

test("what was said of a database that was replaced since is not believed; a look settles which one this is", () => {
  const former = frame(other, 0, grown(groupId, 1, ["a"]));
  epoch = "f".repeat(32);
  take(former);
  expect(heard).toEqual([poll]);
  expect(counts.refused).toBe(1);
  take(frame(other, 0, presence(1)));
  expect(heard).toEqual([poll, presence(1)]);
});
