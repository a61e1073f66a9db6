import { beforeEach, describe, expect, test } from "bun:test";
import { type ReadMarks, readMarks } from "../../../server/messages/read-marks.ts";
import { Refusal } from "../../../server/refusal.ts";
import type { ReadMark } from "../../../server/store/conversations.ts";
import type { Store } from "../../../server/store/store.ts";
import { type Clock, clock } from "../../support/clock.ts";
import { database } from "../../support/database.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { draft, settle } from "../store/conformance/ground.ts";

let store: Store;
let time: Clock;
let marks: ReadMarks;
let said: unknown[];
let stored: ReadMark[][];
let bugs: unknown[];
let before: () => Promise<void> | void;

beforeEach(async () => {
  store = database().store;
  await settle(store, "alice", "bob");
  await store.messages.append(Array.from({ length: 9 }, () => draft("text", 2)));
  time = clock();
  [said, stored, bugs] = [[], [], []];
  before = () => {};
  const conversations: Store["conversations"] = {
    ...store.conversations,
    async markRead(given) {
      stored.push([...given]);
      await before();
      return store.conversations.markRead(given);
    },
  };
  store.onCommit(({ events }) => {
    for (const event of events) if (event.kind === "read.marked") said.push(...event.states);
  });
  marks = readMarks(conversations, time, (error) => bugs.push(error));
});

const read = (seq: number, userId = 1) => marks.mark({ userId, conversation: "group", seq });
const marked = (seq: number, unread: number, userId = 1) => ({
  userId,
  conversation: "group" as const,
  seq,
  unread,
  mentions: 0,
  head: 9,
});

test("marks gather for a moment, and what became of them follows the commit", async () => {
  read(3);
  read(5);
  read(4);
  read(9, 2);
  expect(stored).toEqual([]);
  time.advance(250);
  await marks.flush();
  expect(stored.map((each) => each.map(({ userId, seq }) => [userId, seq]))).toEqual([
    [
      [1, 5],
      [2, 9],
    ],
  ]);
  expect(said).toEqual([marked(5, 4), marked(9, 0, 2)]);
});

test("whoever flushes has all that was marked before, also what another flush is still storing", async () => {
  const slow = Promise.withResolvers<void>();
  before = () => slow.promise;
  read(3);
  const first = marks.flush();
  let second = false;
  const later = marks.flush().then(() => {
    second = true;
  });
  await Promise.resolve();
  expect(second).toBe(false);
  slow.resolve();
  await Promise.all([first, later]);
  expect(said).toEqual([marked(3, 6)]);
});

test("what is marked as unread is so after what was read before, and before what is read later", async () => {
  read(7);
  const back = marks.moveBack({ userId: 1, conversation: "group", seq: 2 });
  read(4);
  await back;
  await marks.flush();
  expect(said).toEqual([marked(7, 2), { ...marked(2, 7), back: true }, marked(4, 5)]);
});

test("of someone deleted meanwhile nothing is marked", async () => {
  marks.mark({ userId: 7, conversation: "group", seq: 3 });
  await marks.flush();
  expect(said).toEqual([marked(0, 0, 7)]);
});

describe("where the disk is full", () => {
  beforeEach(() => {
    before = () => {
      throw new Refusal("storage_full");
    };
  });

  test("what cannot be marked as unread is refused", async () => {
    const back = await outcomeOf(marks.moveBack({ userId: 1, conversation: "group", seq: 2 }));
    expect(back).toThrow(new Refusal("storage_full"));
    before = () => {};
    read(3);
    await marks.flush();
    expect(said).toEqual([marked(3, 6)]);
  });

  test("marks wait, harm nobody, and are stored when there is room", async () => {
    read(3);
    await marks.flush();
    expect([said, bugs]).toEqual([[], []]);
    before = () => {};
    time.advance(5_000);
    await marks.flush();
    expect(said).toEqual([marked(3, 6)]);
  });

  test("a mark that waits does not overtake a later one", async () => {
    read(3);
    await marks.flush();
    before = () => {};
    read(6);
    await marks.flush();
    expect(said).toEqual([marked(6, 3)]);
    expect(stored.map((each) => each.map(({ seq }) => seq))).toEqual([[3], [6]]);
  });
});

test("a failure that is a bug is reported, and the next mark is taken", async () => {
  before = () => {
    throw new Error("broken");
  };
  read(3);
  await marks.flush();
  expect(bugs).toHaveLength(1);
  before = () => {};
  read(4);
  await marks.flush();
  expect(said).toEqual([marked(4, 5)]);
});
