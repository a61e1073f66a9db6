/**
 * Measures a server from within, under Bun and Node alike: answers over IPC what the process has cost so far. Loaded before
 * a server's own code (`bun --preload`), so that no product code knows it.
 */
export interface Reading {
  /** Processor time of all threads since the start, user and system, in microseconds. */
  cpu: number;
  /** Resident memory in bytes. */
  resident: number;
}

/** `collect`: read after a garbage collection. */
export type Question = "read" | "collect";

function collect() {
  const { Bun: bun, gc } = globalThis as { Bun?: { gc(now: boolean): void }; gc?: () => void };
  if (bun) bun.gc(true);
  else gc?.();
}

process.on("message", (question: Question) => {
  if (question === "collect") collect();
  const { user, system } = process.cpuUsage();
  process.send!({ cpu: user + system, resident: process.memoryUsage.rss() } satisfies Reading);
});
// Whoever asked is gone: nobody needs this server any more.
process.on("disconnect", () => process.exit(0));
