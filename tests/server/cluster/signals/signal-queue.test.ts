import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Signal } from "../../../../server/cluster/signal.ts";
import { frameText, readFrame } from "../../../../server/cluster/signal-frame.ts";
import { type SignalQueue, signalQueue } from "../../../../server/cluster/signal-queue.ts";
import { type ConversationId, directId, groupId } from "../../../../server/protocol/conversation-id.ts";
import { grown, messageAt, presence, said } from "./listener.ts";

const room = 4000;
const run = "0".repeat(32);
const conversations: ConversationId[] = [groupId, directId(1, 2), directId(123_456_789, 999_999_999_999)];

/** The signals of all lists, as a node reads them. */
function readAll(queue: SignalQueue, most = Number.POSITIVE_INFINITY): Signal[] {
  return queue.take(most).flatMap(({ json, signals }) => {
    expect(Buffer.byteLength(json)).toBeLessThanOrEqual(room);
    const frame = readFrame(frameText("a", run, run, 0, json));
    expect(frame?.signals).toHaveLength(signals);
    return frame!.signals;
  });
}

const texts = fc.array(
  fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.integer({ min: 1, max: 4000 }).map(wide)),
  { minLength: 1, maxLength: 30 },
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ grow: fc.nat(2), texts, bare: fc.boolean(), skip: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.constant("presence" as const) },
  { weight: 1, arbitrary: fc.constant("look" as const) },
  { weight: 2, arbitrary: fc.nat(3) },
);

function wide(length: number): string {
  return "ü".repeat(length);
}

test("whatever is sent in whatever batches, every number arrives once and in order, with exactly its message where that fits", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const queue = signalQueue(room);
      const heads = [0, 0, 0];
      const sent = conversations.map((): [number, string | null][] => []);
      const got: Signal[] = [];
      let rev = 0;
      let looks = 0;
      for (const each of steps) {
        if (typeof each === "number") got.push(...readAll(queue, each));
        else if (each === "look") {
          queue.add({ kind: "look" });
          looks++;
        } else if (each === "presence") queue.add(presence(++rev));
        else {
          const conversation = conversations[each.grow]!;
          const first = heads[each.grow]! + 1 + each.skip;
          heads[each.grow] = first + each.texts.length - 1;
          const signal = grown(conversation, first, each.texts) as Signal & { kind: "grown" };
          if (each.bare) delete signal.messages;
          queue.add(signal);
          each.texts.forEach((text, at) => {
            const json = JSON.stringify(messageAt(conversation, first + at, text));
            const fits = !each.bare && Buffer.byteLength(json) + 201 <= room;
            sent[each.grow]!.push([first + at, fits ? text : null]);
          });
        }
      }
      got.push(...readAll(queue));
      expect(queue.size).toBe(0);
      expect(conversations.map((conversation) => said(got, conversation))).toEqual(sent);
      const revs = got.flatMap((signal) => (signal.kind === "presence" ? [signal.rev] : []));
      expect(revs).toEqual(Array.from({ length: rev }, (_, at) => at + 1));
      expect(got.some(({ kind }) => kind === "look")).toBe(looks > 0);
    }),
    { numRuns: 300 },
  );
});

describe("signals that wait", () => {
  test("are one where they follow on each other, whatever stands between them", () => {
    const queue = signalQueue(room);
    for (let first = 1; first < 10; first += 2) {
      queue.add(grown(groupId, first, ["a", "b"]));
      queue.add({ kind: "grown", conversation: directId(1, 2), first, head: first + 1 });
      queue.add({ kind: "look" });
    }
    expect(readAll(queue)).toEqual([
      grown(groupId, 1, Array(5).fill(["a", "b"]).flat()),
      { kind: "grown", conversation: directId(1, 2), first: 1, head: 10 },
      { kind: "look" },
    ]);
  });

  test("carry no messages that are not exactly those of their range", () => {
    const queue = signalQueue(room);
    const messages = [messageAt(groupId, 1), messageAt(groupId, 3)];
    queue.add({ kind: "grown", conversation: groupId, first: 1, head: 3, messages });
    queue.add({ kind: "grown", conversation: groupId, first: 5, head: 6, messages });
    expect(readAll(queue)).toEqual([
      { kind: "grown", conversation: groupId, first: 1, head: 3 },
      { kind: "grown", conversation: groupId, first: 5, head: 6 },
    ]);
  });

  test("say look in place of a presence that does not fit", () => {
    const queue = signalQueue(room);
    const users = Array.from({ length: 500 }, (_, at) => ({ user: at + 1, sockets: 1, quiet: true }));
    queue.add({ kind: "presence", rev: 1, users });
    expect(readAll(queue)).toEqual([{ kind: "look" }]);
  });

  test("lose their bodies when they are too many bytes, and keep their ranges", () => {
    const queue = signalQueue(room);
    const text = "x".repeat(3000);
    for (let rev = 1; rev <= 2000; rev++) queue.add(grown(groupId, rev, [text]));
    const numbers = said(readAll(queue), groupId);
    expect(numbers.map(([rev]) => rev)).toEqual(Array.from({ length: 2000 }, (_, at) => at + 1));
    const kept = numbers.filter(([, body]) => body !== null).length;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(1400);
  });

  test("become one look when there are too many of them, and go on from there", () => {
    const queue = signalQueue(room);
    for (let user = 2; user <= 10_002; user++) queue.add(grown(directId(1, user), 1, ["hi"]));
    queue.add(presence(1));
    expect(queue.size).toBe(2);
    expect(readAll(queue)).toEqual([{ kind: "look" }, presence(1)]);
  });

  test("are never more than the bounds, however long nothing can be sent", () => {
    const queue = signalQueue(500_000);
    const users = Array.from({ length: 5000 }, (_, at) => ({ user: at + 1, sockets: 1, quiet: true }));
    for (let rev = 1; rev <= 100; rev++) queue.add({ kind: "presence", rev, users });
    const bytes = queue.take(1000).reduce((sum, { json }) => sum + json.length, 0);
    expect(bytes).toBeLessThan(4_300_000);
  });
});
