import { expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { Spending } from "../../../server/limits/spending.ts";
import { clock } from "../../support/clock.ts";

const secret = new Uint8Array(32).fill(7);
const hidden = (key: string, name = "messages") =>
  createHmac("sha256", secret).update(`${name}\0${key}`).digest("base64url").slice(0, 22);

function ground() {
  const time = clock();
  const [here, there] = [new Spending(time, secret), new Spending(time, secret)];
  const bounds = [here, there].map((spending) => spending.bound("messages", 10, 60));
  return { time, here, there, own: bounds[0]!, other: bounds[1]! };
}

test("what is spent here is charged there, once, and fills up again as time passes", () => {
  const { time, here, there, own, other } = ground();
  for (let count = 0; count < 8; count++) own.take("alice");
  const spent = here.collect()!;
  expect(spent).toEqual([["messages", hidden("alice"), 8]]);
  there.charge(spent);
  expect(here.collect()).toBeNull();
  expect([other.take("alice"), other.take("alice"), other.take("alice")]).toEqual([0, 0, 1000]);
  time.advance(1000);
  expect(other.take("alice")).toBe(0);
  expect(other.take("bob")).toBe(0);
});

test("what is charged is not told again, or it would never end", () => {
  const { here, there, own } = ground();
  own.take("alice");
  there.charge(here.collect()!);
  expect(there.collect()).toBeNull();
});

test("what was given back costs nothing anywhere", () => {
  const { here, own } = ground();
  own.take("alice");
  own.giveBack("alice");
  expect(here.collect()).toBeNull();
});

test("who spent on all nodes at once owes, but never more than a full allowance", () => {
  const { time, there, other } = ground();
  for (let node = 0; node < 50; node++) there.charge([["messages", hidden("alice"), 10]]);
  expect(other.wait("alice")).toBe(11_000);
  time.advance(11_000);
  expect(other.wait("alice")).toBe(0);
});

test("a bound unknown here, as of a newer node, is left alone; of a flood the largest are told", () => {
  const { here, there, own } = ground();
  there.charge([["something new", "alice", 3]]);
  for (let at = 0; at < 3_000; at++) own.take(`guest ${at}`);
  for (let count = 0; count < 5; count++) own.take("flooder");
  const spent = here.collect()!;
  expect(spent).toHaveLength(2_000);
  expect(spent[0]).toEqual(["messages", hidden("flooder"), 5]);
});

test("a single process gathers nothing", () => {
  const alone = new Spending(clock(), null);
  alone.bound("messages", 10, 60).take("alice");
  expect(alone.collect()).toBeNull();
});

test("what could not be told is told the next time", () => {
  const { here, own } = ground();
  own.take("alice");
  here.putBack(here.collect()!);
  own.take("alice");
  expect(here.collect()).toEqual([["messages", hidden("alice"), 2]]);
});

test("two bounds of one name are a mistake that shows at once: each would forget what the other was charged", () => {
  for (const spending of [new Spending(clock(), secret), new Spending(clock(), null)]) {
    spending.bound("messages", 10, 60);
    expect(() => spending.bound("messages", 5, 60)).toThrow("messages");
  }
});

test("a rate that changes counts from then on, also on what is there already", () => {
  const time = clock();
  let rate = { burst: 2, perMinute: 60 };
  const bound = new Spending(time, secret).changingBound("messages", () => rate);
  expect([bound.take("alice"), bound.take("alice"), bound.take("alice")]).toEqual([0, 0, 1000]);
  rate = { burst: 5, perMinute: 6 };
  expect(bound.wait("alice")).toBe(10_000);
  time.advance(60_000);
  rate = { burst: 1, perMinute: 6 };
  expect([bound.take("alice"), bound.take("alice")]).toEqual([0, 10_000]);
});
