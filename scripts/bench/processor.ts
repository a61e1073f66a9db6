import { readdirSync, readFileSync } from "node:fs";

// What programs cost that the probe cannot be loaded into, as Linux counts it.

/** A process and those it has started itself, as far as the system tells. */
export function familyOf(pid: number): number[] {
  if (process.platform !== "linux") return [pid];
  return [pid, ...numbersIn(`/proc/${pid}/task/${pid}/children`)];
}

/**
 * Starts counting what a process and those it has started use of the processor; gives a function that tells the
 * microseconds since, or null where the system does not count. One that ended meanwhile is left out.
 */
export function meter(pid: number): () => number | null {
  if (process.platform !== "linux") return () => null;
  const before = usedBy(familyOf(pid));
  return () => {
    let used = 0;
    for (const [member, now] of usedBy(familyOf(pid))) used += now - (before.get(member) ?? 0);
    return used / 1000;
  };
}

/** Nanoseconds of all threads of each process. */
function usedBy(pids: number[]): Map<number, number> {
  return new Map(
    pids.flatMap((pid): [number, number][] => {
      try {
        return [[pid, threadsOf(pid).reduce((sum, stat) => sum + numbersIn(stat)[0]!, 0)]];
      } catch (error) {
        if (hasEnded(error)) return [];
        throw error;
      }
    }),
  );
}

/** Whether a process was gone when it was looked at. */
const hasEnded = (error: unknown) => ["ENOENT", "ESRCH"].includes((error as { code?: string }).code ?? "");

const threadsOf = (pid: number) =>
  readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`);

const numbersIn = (path: string) =>
  readFileSync(path, "utf8").trim().split(/\s+/).filter(Boolean).map(Number);
