import { beforeEach, expect, test } from "bun:test";
import type { Signal } from "../../../../server/cluster/signal.ts";
import { readFrame } from "../../../../server/cluster/signal-frame.ts";
import { type SignalOutbox, signalOutbox } from "../../../../server/cluster/signal-outbox.ts";
import { groupId } from "../../../../server/protocol/conversation-id.ts";
import { type Clock, clock } from "../../../support/clock.ts";
import { grown, presence } from "./listener.ts";

const poll: Signal = { kind: "look" };
let time: Clock;
let outbox: SignalOutbox;
let counts: { lost: number; refused: number };
let bugs: unknown[];
/** What is under way, to be settled by the test. */
let sends: { frames: string[]; arrives: () => void; fails: (error: Error) => void }[];
let said: () => void;

beforeEach(() => {
  time = clock();
  counts = { lost: 0, refused: 0 };
  bugs = [];
  sends = [];
  said = () => {};
  const deliver = (frames: string[]) =>
    new Promise<void>((arrives, fails) => {
      sends.push({ frames, arrives, fails });
      said();
    });
  const epoch = () => "e".repeat(32);
  outbox = signalOutbox({ node: "a", run: "0".repeat(32), epoch, deliver }, counts, time, (error) =>
    bugs.push(error),
  );
});

/** Waits until so many sends have begun. */
async function begun(count: number): Promise<void> {
  while (sends.length < count)
    await new Promise<void>((resolve) => {
      said = resolve;
    });
}
const signalsOf = (at: number) => sends[at]!.frames.flatMap((text) => readFrame(text)!.signals);
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("what gathers while a send is under way goes together, numbered on", async () => {
  outbox.send(presence(1));
  outbox.send(grown(groupId, 1, ["a"]));
  await begun(1);
  for (let rev = 2; rev < 10; rev++) outbox.send(grown(groupId, rev, ["a"]));
  outbox.send(presence(2));
  await turn();
  expect(sends).toHaveLength(1);
  sends[0]!.arrives();
  await begun(2);
  expect(signalsOf(0)).toEqual([presence(1), grown(groupId, 1, ["a"])]);
  expect(signalsOf(1)).toEqual([grown(groupId, 2, Array(8).fill("a")), presence(2)]);
  expect(sends.map(({ frames }) => readFrame(frames[0]!)!.number)).toEqual([0, 1]);
});

test("after a failure a look goes by itself, each interruption is reported once, and what was lost is counted", async () => {
  outbox.send(presence(1));
  outbox.send(presence(2));
  await begun(1);
  for (let times = 1; times <= 3; times++) {
    sends.at(-1)!.fails(new Error("cut off"));
    await turn();
    time.advance(700);
    await begun(times + 1);
    expect(signalsOf(times)).toEqual([poll]);
  }
  expect(bugs).toMatchObject([{ event: "interrupted", cause: new Error("cut off") }]);
  expect(counts.lost).toBe(4);
  sends.at(-1)!.arrives();
  outbox.send(presence(3));
  await begun(5);
  sends.at(-1)!.fails(new Error("again"));
  await turn();
  expect(bugs).toMatchObject([{ cause: new Error("cut off") }, { cause: new Error("again") }]);
});

test("after a failure it waits, unless it is woken", async () => {
  outbox.send(presence(1));
  await begun(1);
  sends[0]!.fails(new Error("cut off"));
  await turn();
  time.advance(199);
  await turn();
  expect(sends).toHaveLength(1);
  outbox.wake();
  await begun(2);
  expect(signalsOf(1)).toEqual([poll]);
});

test("closing waits for what has gathered, for a second at most, and takes nothing more", async () => {
  outbox.send(presence(1));
  await begun(1);
  outbox.send(presence(2));
  const closed = outbox.close();
  outbox.send(presence(3));
  sends[0]!.arrives();
  await begun(2);
  expect(signalsOf(1)).toEqual([presence(2)]);
  time.advance(1000);
  await closed;
});
