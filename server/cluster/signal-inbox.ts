import type { Signal, SignalCounts } from "./signal.ts";
import { readFrame } from "./signal-frame.ts";

/** How many senders are remembered; each start of a node is a new one. */
const runsMax = 10_000;

/**
 * Takes frames as they arrive, and gives on the signals of others: those of one process in order and none twice, with a
 * "look" before them where frames are missing. What is no frame is counted and dropped. `heard` may fail; the rest goes on.
 */
export function signalInbox(
  ownRun: string,
  epoch: () => string,
  counts: SignalCounts,
  heard: (signal: Signal, from: string) => void,
  report: (error: unknown) => void,
): (text: string) => void {
  const latest = new Map<string, number>();

  function give(signal: Signal, from: string) {
    try {
      heard(signal, from);
    } catch (error) {
      report(error);
    }
  }

  return (text) => {
    const frame = readFrame(text);
    if (frame?.run === ownRun) return;
    const expected = frame ? (latest.get(frame.run) ?? -1) + 1 : 0;
    if (frame === null || frame.number < expected) {
      counts.refused++;
      return;
    }
    // Said of a database that was restored or copied since, or this node has not heard of it yet: looking settles which.
    if (frame.epoch !== epoch()) {
      counts.refused++;
      return give({ kind: "look" }, frame.from);
    }
    // The one that has been silent for longest is forgotten first.
    latest.delete(frame.run);
    latest.set(frame.run, frame.number);
    if (latest.size > runsMax) latest.delete(latest.keys().next().value!);

    if (frame.number > expected) give({ kind: "look" }, frame.from);
    for (const signal of frame.signals) give(signal, frame.from);
  };
}
