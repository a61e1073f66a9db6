/**
 * Measures a server from within, under Bun and Node alike: answers over IPC what the process has cost so far, and how
 * long its event loop stood still. Loaded before a server's own code (`bun --preload`), so that no product code knows it.
 */
export interface Reading {
  /** Processor time of all threads since the start, user and system, in microseconds. */
  cpu: number;
  /** Resident memory in bytes. */
  resident: number;
  /** The longest time, in milliseconds, that a timer due every millisecond was late since `watch`. */
  longestGap: number;
}

/**
 * `collect`: read after a garbage collection; `watch`: read, and look for gaps anew, which costs a timer a
 * millisecond; `rest`: read, and look no longer.
 */
export type Question = "read" | "collect" | "watch" | "rest";

let longestGap = 0;
let watching: ReturnType<typeof setInterval> | null = null;

function rest() {
  if (watching) clearInterval(watching);
  watching = null;
}

function watch() {
  rest();
  longestGap = 0;
  let last = performance.now();
  watching = setInterval(() => {
    const now = performance.now();
    longestGap = Math.max(longestGap, now - last - 1);
    last = now;
  }, 1);
}

function collect() {
  const { Bun: bun, gc } = globalThis as { Bun?: { gc(now: boolean): void }; gc?: () => void };
  if (bun) bun.gc(true);
  else gc?.();
}

process.on("message", (question: Question) => {
  if (question === "collect") collect();
  const { user, system } = process.cpuUsage();
  process.send!({ cpu: user + system, resident: process.memoryUsage.rss(), longestGap } satisfies Reading);
  if (question === "watch") watch();
  if (question === "rest") rest();
});
// Whoever asked is gone: nobody needs this server any more.
process.on("disconnect", () => process.exit(0));
