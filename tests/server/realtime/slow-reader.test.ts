import { beforeEach, expect, test } from "bun:test";
import { closeCodes, shouldReconnect } from "../../../server/protocol/close-codes.ts";
import { limits } from "../../../server/protocol/limits.ts";
import { Connections, type Socket as Held } from "../../../server/realtime/connections.ts";
import { backlogMax, slowBytes, watch, watchMs } from "../../../server/realtime/watch.ts";
import type { Session } from "../../../server/store/sessions.ts";
import { Follower } from "../../support/follower.ts";
import { Person, type Socket } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";
import { Wire } from "../../support/wire.ts";
import { draft, logOf } from "../store/conformance/ground.ts";

let writer: Socket;
const env = { MESSAGES_PER_MINUTE: "1000000", MESSAGE_BURST: "1000000" };
const { server, time, reader } = stage({ clock: true, env, people: ["reader"] });
beforeEach(async () => {
  writer = await (await new Person(server, "writer").register()).enter();
});

const big = "x".repeat(limits.messageMaxBytes);
/** What the system's own buffers hold at most, on both sides together, before anything waits in the server. */
const buffers = 16 * 1024 * 1024;
const readers = () => server.server.subscriberCount("group");

test("who stops reading is closed while others go on, is told to come back, and then catches up", async () => {
  const follower = await new Follower().follow(await reader.enter());
  const other = await new Follower().follow(await (await new Person(server, "other").register()).enter());
  const stalled = await Wire.open(server, reader);
  stalled.stall();
  const open = readers();
  let written = 0;
  while (readers() === open && written < 6000) {
    await Promise.all(Array.from({ length: 100 }, () => writer.say(big)));
    written += 100;
    writer.events.length = 0;
    time.advance(watchMs);
  }
  expect(readers()).toBe(open - 1);
  for (let more = 0; more < 1000; more += 100) {
    await Promise.all(Array.from({ length: 100 }, () => writer.say(big)));
    writer.events.length = 0;
  }
  const { bytes, code } = await stalled.drain();
  expect(code).toBe(closeCodes.tooSlow);
  expect(shouldReconnect(closeCodes.tooSlow)).toBe(true);
  expect(bytes).toBeLessThan(backlogMax + buffers);
  await other.reaches(written + 1000);
  expect(other.log).toHaveLength(written + 1000);
  await follower.follow(await reader.enter());
  expect(follower.log).toEqual(await logOf(server.store));
});

test("who asks without reading the answers is told to wait, and closed in the end: little waits for one socket", async () => {
  for (let at = 0; at < 4; at++) {
    await server.store.messages.append(Array.from({ length: 5 }, () => draft(big)));
  }
  const stalled = await Wire.open(server, reader);
  stalled.stall();
  const open = readers();
  const page = { type: "history.read", ref: "p", conversation: "group", limit: 200 };
  for (let asked = 0; asked < 400; asked++) {
    stalled.send(page);
    await writer.ask("ping", {}, "pong");
  }
  expect(readers()).toBe(open);
  time.advance(12 * watchMs);
  expect(readers()).toBe(open - 1);
  const { bytes, code } = await stalled.drain();
  expect(code).toBe(closeCodes.tooSlow);
  expect(bytes).toBeLessThan(slowBytes + 2 * limits.pageMaxBytes + buffers);
});

/** A socket as far as the watch sees it: what waits for it is what the test says. */
function watched() {
  const held = { waiting: 0, code: null as number | null };
  const connections = new Connections();
  const session = { userId: 1, id: Buffer.alloc(32) } as Session;
  const socket = {
    data: { session, closed: false },
    subscriptions: [],
    getBufferedAmount: () => held.waiting,
    close: (code: number) => {
      held.code = code;
    },
  } as unknown as Held;
  connections.add(socket, 1);
  return { held, stop: watch(connections, () => null, time) };
}

test("who reads slowly but reads is left alone", () => {
  const { held, stop } = watched();
  for (held.waiting = 4_000_000; held.waiting > 0; held.waiting -= 50_000) time.advance(watchMs);
  expect(held.code).toBeNull();
  stop();
});

test("who does not move for a while is closed; who moves in between has all the time again", () => {
  const { held, stop } = watched();
  held.waiting = 1_000_000;
  time.advance(8 * watchMs);
  held.waiting -= 1;
  time.advance(8 * watchMs);
  expect(held.code).toBeNull();
  time.advance(2 * watchMs);
  expect(held.code).toBe(closeCodes.tooSlow);
  stop();
});

test("who has missed something for want of room is closed at the next look", () => {
  const { held, stop } = watched();
  held.waiting = backlogMax + 1;
  time.advance(watchMs);
  expect(held.code).toBe(closeCodes.tooSlow);
  stop();
});
