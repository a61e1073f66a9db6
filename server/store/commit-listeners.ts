import type { Committed } from "./transaction.ts";

export type CommitListener = (outcome: Committed) => void;

/** Who hears of the commits of this process. An engine calls `committed` with what each made true; of which nothing follows, nobody hears. */
export function commitListeners(failed: (error: unknown) => void = uncaught) {
  const listeners = new Set<CommitListener>();
  return {
    onCommit(listener: CommitListener): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    committed(outcome: Committed): void {
      if (outcome.events.length + outcome.entries.length === 0) return;
      for (const listener of listeners) {
        try {
          listener(outcome);
        } catch (error) {
          // What was committed stays so, and the other listeners hear of it.
          failed(error);
        }
      }
    },
  };
}

/** The program reports what nobody catches. */
function uncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
