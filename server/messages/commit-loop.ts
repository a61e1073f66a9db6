import type { Message } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../refusal.ts";
import type { Draft, Outcome } from "../store/messages.ts";
import type { Store } from "../store/store.ts";
import type { Deliver } from "./deliver.ts";

/** The one way messages come into being. */
export interface CommitLoop {
  /** Resolves once the draft is on disk and delivered, or found stored already; throws a Refusal otherwise. */
  append(draft: Draft): Promise<Outcome & { kind: "stored" | "duplicate" }>;
  /**
   * Changes stored messages between two commits, and delivers them as they then are: `work` gives them in the order of their
   * numbers. Resolves with them when they are on disk; throws what `work` throws.
   */
  change(work: () => Promise<readonly Message[]>): Promise<readonly Message[]>;
  /** Resolves when everything queued so far is settled. */
  idle(): Promise<void>;
}

interface Waiting {
  draft: Draft;
  resolve(outcome: Outcome & { kind: "stored" | "duplicate" }): void;
  reject(reason: unknown): void;
}

/** When this many drafts wait, the disk does not keep up; further drafts are refused as `busy`. */
const queueMax = 10_000;
const changesMax = 1_000;
/** These bound one transaction and its frame, so that a burst neither blocks the event loop nor floods a reader. */
const batchMax = 200;
const batchTextMax = limits.pageMaxBytes;

/**
 * Takes all that is queued, stores it in one transaction, delivers what was stored in commit order, and only then takes
 * the next batch. While a commit runs the next batch gathers, so load makes the batches larger, not slower.
 */
export function commitLoop(messages: Store["messages"], deliver: Deliver): CommitLoop {
  let queue: Waiting[] = [];
  let changes: (() => Promise<void>)[] = [];
  let running: Promise<void> | null = null;

  async function run() {
    while (queue.length > 0 || changes.length > 0) {
      await nextTurn();
      const [change, ...later] = changes;
      changes = later;
      await change?.();
      if (queue.length === 0) continue;
      const size = batchSize(queue);
      const batch = queue.slice(0, size);
      queue = queue.slice(size);
      await commit(batch);
    }
    running = null;
  }

  /** A batch that fails without a Refusal is tried again in halves, until only the drafts that cause the failure are refused. */
  async function commit(batch: Waiting[]): Promise<void> {
    let outcomes: Outcome[];
    try {
      outcomes = await messages.append(batch.map(({ draft }) => draft));
    } catch (error) {
      if (error instanceof Refusal || batch.length === 1) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const half = Math.ceil(batch.length / 2);
      await commit(batch.slice(0, half));
      return commit(batch.slice(half));
    }
    settle(batch, outcomes);
  }

  function settle(batch: Waiting[], outcomes: Outcome[]) {
    deliver(outcomes.flatMap((outcome) => (outcome.kind === "stored" ? [outcome.message] : [])));
    batch.forEach(({ resolve, reject }, at) => {
      const outcome = outcomes[at]!;
      if (outcome.kind === "refused") reject(new Refusal(outcome.code));
      else resolve(outcome);
    });
  }

  return {
    append(draft) {
      if (queue.length >= queueMax) throw new Refusal("busy", { retryAfter: 1000 });
      return new Promise((resolve, reject) => {
        queue.push({ draft, resolve, reject });
        running ??= run();
      });
    },
    change(work) {
      if (changes.length >= changesMax) throw new Refusal("busy", { retryAfter: 1000 });
      return new Promise((resolve, reject) => {
        changes.push(async () => {
          try {
            const messages = await work();
            deliver(messages);
            resolve(messages);
          } catch (error) {
            reject(error);
          }
        });
        running ??= run();
      });
    },
    idle: async () => {
      while (running) await running;
    },
  };
}

/** How many of the waiting drafts are committed together: at least one. */
function batchSize(queue: Waiting[]): number {
  let size = 0;
  let characters = 0;
  while (size < Math.min(queue.length, batchMax) && characters < batchTextMax) {
    characters += queue[size]!.draft.body.text.length;
    size++;
  }
  return size;
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
