import { afterEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import bcrypt from "bcryptjs";
import { HashPool } from "../../../server/auth/hash-pool.ts";
import { queueMax, shareMax } from "../../../server/auth/work-pool.ts";
import { Refusal } from "../../../server/refusal.ts";
import { outcomeOf } from "../../support/outcome.ts";

const pools: HashPool[] = [];
const poolOf = (size: number, cost: number) => {
  const pool = new HashPool(size, cost);
  pools.push(pool);
  return pool;
};
afterEach(() => {
  for (const pool of pools.splice(0)) pool.close();
});

/** What became of a promise, "waiting" as long as it is open. */
function fate(promise: Promise<unknown>): { now: string } {
  const state = { now: "waiting" };
  promise.then(
    () => (state.now = "done"),
    (error) => (state.now = error instanceof Refusal ? error.code : String(error)),
  );
  return state;
}

test("it makes and compares bcrypt hashes", async () => {
  const pool = poolOf(2, 4);
  const hash = await pool.hash("text", "here");
  expect(bcrypt.getRounds(hash)).toBe(4);
  expect(bcrypt.compareSync("text", hash)).toBe(true);
  expect(await pool.matches("text", hash, "here")).toBe(true);
  expect(await pool.matches("Text", hash, "here")).toBe(false);
});

test("ASVS 15.2.2 the event loop goes on turning while it works", async () => {
  const pool = poolOf(1, 12);
  const working = fate(pool.hash("text", "here"));
  let userQueues = 0;
  while (working.now === "waiting") {
    userQueues++;
    await Bun.sleep(0);
  }
  expect(working.now).toBe("done");
  expect(userQueues).toBeGreaterThan(20);
});

describe("what may wait is bounded", () => {
  test("ASVS 2.4.1 for one source, and for all together", async () => {
    const pool = poolOf(1, 4);
    const jobs: Promise<unknown>[] = [];
    const fates: { now: string }[] = [];
    const ask = (source: string) => {
      const job = pool.hash("text", source);
      jobs.push(job.catch(() => {}));
      fates.push(fate(job));
      return job;
    };
    // The first is already in work, and does not wait.
    for (let at = 0; at <= shareMax; at++) void ask("greedy").catch(() => {});
    expect(await outcomeOf(ask("greedy"))).toThrow(
      expect.objectContaining({ code: "busy", retryAfter: 2000 }),
    );
    for (let at = shareMax; at < queueMax; at++) void ask(`someone ${at}`).catch(() => {});
    // The pool is full, and who has most waiting makes room for who has nothing.
    void ask("late").catch(() => {});
    await Promise.all(jobs);
    expect(fates.filter(({ now }) => now === "done")).toHaveLength(queueMax + 1);
    expect(fates.filter(({ now }) => now === "busy")).toHaveLength(2);
    await pool.hash("text", "greedy");
  });

  test("ASVS 2.4.1 for very many sources with one each", async () => {
    const pool = poolOf(1, 4);
    const jobs = Array.from({ length: queueMax + 1 }, (_, at) => pool.hash("text", `someone ${at}`));
    expect(await outcomeOf(pool.hash("text", "late"))).toThrow(
      expect.objectContaining({ code: "busy", retryAfter: 2000 }),
    );
    await Promise.all(jobs);
  });

  test("sources are served in turn, whoever has asked most", async () => {
    const pool = poolOf(1, 4);
    const order: string[] = [];
    const ask = (source: string) => pool.hash("text", source).then(() => order.push(source));
    const jobs = ["greedy", "greedy", "greedy", "greedy", "first", "first", "second"].map(ask);
    await Promise.all(jobs);
    expect(order).toEqual(["greedy", "greedy", "first", "second", "greedy", "first", "greedy"]);
  });
});

test("work that fails is told, and the next is done", async () => {
  const pool = poolOf(1, 4);
  const failing = fate(pool.matches("text", 5 as never, "here"));
  const next = pool.hash("text", "here");
  expect(await next).toStartWith("$2b$04$");
  expect(failing.now).toContain("Illegal arguments");
});

test("when it closes, what waits is refused", async () => {
  const pool = poolOf(1, 12);
  const fates = [fate(pool.hash("text", "here")), fate(pool.hash("text", "here"))];
  pool.close();
  await Promise.resolve();
  await Promise.resolve();
  expect(fates.map(({ now }) => now)).toEqual(["busy", "busy"]);
});

test("whoever hashes gives way to everything else", async () => {
  // Elsewhere threads have no priority of their own, and a process that gives way would hold up the messages too.
  if (process.platform !== "linux") return expect(getPriority()).toBe(0);
  const pool = poolOf(1, 4);
  const nicest = () =>
    readdirSync("/proc/self/task").map((thread) => {
      const stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
      // After the name, which may hold anything, the 17th value is how nice the thread is (proc(5)).
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
    });
  await pool.hash("a password");
  const threads = nicest();
  expect(threads).toContain(10);
  expect(threads.filter((nice) => nice === getPriority())).not.toBeEmpty();
});
