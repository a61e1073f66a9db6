import { beforeEach, describe, expect, test } from "bun:test";
import { type GuessLimits, guessLimits, type Source } from "../../../server/limits/guess-limits.ts";
import { TokenBuckets } from "../../../server/limits/token-buckets.ts";
import { Refusal } from "../../../server/refusal.ts";
import { type Clock, clock } from "../../support/clock.ts";
import { outcomeOf } from "../../support/outcome.ts";

const minute = 60_000;
let time: Clock;
let limits: GuessLimits;
beforeEach(() => {
  time = clock();
  limits = guessLimits((_, burst, perMinute) => new TokenBuckets(() => ({ burst, perMinute }), time.now));
});

const from = (address: string): Source => ({ address, known: null });
const wrong = async () => false as const;
const right = async () => true;

/** How many of so many guesses were looked at, the rest having been refused for being too many. */
async function guesses(count: number, at: (guess: number) => [string, Source]): Promise<number> {
  let looked = 0;
  for (let guess = 0; guess < count; guess++) {
    try {
      await limits.attempt(...at(guess), wrong);
      looked++;
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "rate_limited") throw error;
    }
  }
  return looked;
}

describe("ASVS 6.3.1 of 1,000 guesses only these are looked at", () => {
  test("one address, one account: 10, then one a minute", async () => {
    expect(await guesses(1000, () => ["alice", from("1.1.1.1")])).toBe(10);
    time.leap(minute);
    expect(await guesses(1000, () => ["alice", from("1.1.1.1")])).toBe(1);
    time.leap(60 * minute);
    expect(await guesses(1000, () => ["alice", from("1.1.1.1")])).toBe(10);
  });

  test("one address, every account: 30, then ten a minute", async () => {
    expect(await guesses(1000, (guess) => [`person-${guess}`, from("1.1.1.1")])).toBe(30);
    time.leap(minute);
    expect(await guesses(1000, (guess) => [`someone-${guess}`, from("1.1.1.1")])).toBe(10);
  });

  test("every address, one account: 100, then two a minute", async () => {
    const botnet = (guess: number): [string, Source] => ["alice", from(`10.0.${guess >> 8}.${guess & 255}`)];
    expect(await guesses(1000, botnet)).toBe(100);
    time.leap(minute);
    expect(await guesses(1000, botnet)).toBe(2);
  });

  test("a stolen mark or session, from every address: 10 more", async () => {
    const thief = (guess: number): [string, Source] => [
      "alice",
      { address: `10.0.${guess >> 8}.${guess & 255}`, known: "session 1" },
    ];
    expect(await guesses(1000, thief)).toBe(110);
    time.leap(minute);
    expect(await guesses(1000, thief)).toBe(1 + 2);
  });

  test("all at once count as one after the other", async () => {
    const all = Array.from({ length: 1000 }, () => limits.attempt("alice", from("1.1.1.1"), wrong));
    const settled = await Promise.allSettled(all);
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
  });

  test("the case of the name makes no other account", async () => {
    const spellings = ["alice", "Alice", "ALICE", "aLiCe"];
    expect(await guesses(1000, (guess) => [spellings[guess % 4]!, from("1.1.1.1")])).toBe(10);
  });
});

describe("the owner gets in", () => {
  const owner: Source = { address: "9.9.9.9", known: "device 1" };

  test("from a device known to the account, while others guess from everywhere", async () => {
    await guesses(1000, (guess) => ["alice", from(`10.0.${guess >> 8}.${guess & 255}`)]);
    expect(await outcomeOf(limits.attempt("alice", from("9.9.9.9"), right))).toThrow(
      expect.objectContaining({ code: "rate_limited" }),
    );
    expect(await limits.attempt("alice", owner, right)).toBe(true);
  });

  test("also from the address of the one who guesses", async () => {
    await guesses(1000, (guess) => [`person-${guess}`, from("9.9.9.9")]);
    expect(await limits.attempt("alice", owner, right)).toBe(true);
  });

  test("as often as they like: right passwords cost nothing", async () => {
    for (let time = 0; time < 500; time++) {
      expect(await limits.attempt("alice", from("1.1.1.1"), right)).toBe(true);
      expect(await limits.attempt("alice", owner, right)).toBe(true);
    }
  });

  test("from elsewhere, when too many have guessed a mark", async () => {
    await guesses(10, () => ["alice", { address: "1.1.1.1", known: "device 1" }]);
    expect(await limits.attempt("alice", owner, right)).toBe(true);
  });
});

test("a check that could not be made costs nothing", async () => {
  const busy = () => Promise.reject(new Refusal("busy"));
  for (let time = 0; time < 50; time++) {
    expect(await outcomeOf(limits.attempt("alice", from("1.1.1.1"), busy))).toThrow(
      expect.objectContaining({ code: "busy" }),
    );
  }
  expect(await guesses(100, () => ["alice", from("1.1.1.1")])).toBe(10);
});

test("the refusal says how long to wait, and that is true", async () => {
  await guesses(10, () => ["alice", from("1.1.1.1")]);
  const refused = await limits.attempt("alice", from("1.1.1.1"), wrong).catch((error: Refusal) => error);
  if (!(refused instanceof Refusal)) throw new Error("It was not refused");
  expect(refused.message).toBe("Too many wrong tries. Please wait 60 seconds and try again.");
  time.leap(refused.retryAfter! - 1);
  expect(await guesses(1, () => ["alice", from("1.1.1.1")])).toBe(0);
  time.leap(1);
  expect(await guesses(1, () => ["alice", from("1.1.1.1")])).toBe(1);
});
