import type { Message } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../refusal.ts";
import type { Asked, ChangeOutcome, Draft, Outcome } from "../store/messages.ts";
import type { Store } from "../store/store.ts";
import type { Deliver } from "./deliver.ts";

/** The one way messages come into being. */
export interface CommitLoop {
  /** Resolves once the draft is on disk and delivered, or found stored already; throws a Refusal otherwise. */
  append(draft: Draft): Promise<Outcome & { kind: "stored" | "duplicate" }>;
  /** Resolves once a message is what was asked, on disk and delivered; throws a Refusal otherwise. Many are committed together. */
  ask(...asked: Asked): Promise<void>;
  /**
   * Changes stored messages between two commits, and delivers them as they then are: `work` gives them in the order of their
   * numbers. Resolves with them when they are on disk; throws what `work` throws.
   */
  change(work: () => Promise<readonly Message[]>): Promise<readonly Message[]>;
  /** Resolves when everything queued so far is settled. */
  idle(): Promise<void>;
}

interface Waiting<Given, Became> {
  given: Given;
  settle(became: Became): void;
  reject(reason: unknown): void;
}

/** What a transaction made of all that it was given: what is to be delivered, and what became of each. */
interface Committed<Became> {
  messages: readonly Message[];
  became: readonly Became[];
}

/** When this many drafts, or wishes, wait, the disk does not keep up; further drafts are refused as `busy`. */
const queueMax = 10_000;
const changesMax = 1_000;
/** These bound one transaction and its frame, so that a burst neither blocks the event loop nor floods a reader. */
const batchMax = 200;
/** Each brings its message whole, so that these are fewer. */
const wishesMax = 50;
const batchTextMax = limits.pageMaxBytes;

/**
 * Takes all that is queued, stores it in one transaction, delivers what was stored in commit order, and only then takes
 * the next batch. While a commit runs the next batch gathers, so load makes the batches larger, not slower.
 */
export function commitLoop(messages: Store["messages"], deliver: Deliver): CommitLoop {
  let queue: Waiting<Draft, Outcome>[] = [];
  const asked: Waiting<Asked, ChangeOutcome>[] = [];
  let changes: (() => Promise<void>)[] = [];
  let running: Promise<void> | null = null;

  async function run() {
    while (queue.length + asked.length + changes.length > 0) {
      await nextTurn();
      const [change, ...later] = changes;
      changes = later;
      await change?.();
      const wishes = asked.splice(0, wishesMax);
      if (wishes.length > 0) await commit(wishes, changed);
      if (queue.length === 0) continue;
      const size = batchSize(queue);
      const batch = queue.slice(0, size);
      queue = queue.slice(size);
      await commit(batch, appended);
    }
    running = null;
  }

  async function appended(drafts: Draft[]): Promise<Committed<Outcome>> {
    const became = await messages.append(drafts);
    const stored = became.flatMap((outcome) => (outcome.kind === "stored" ? [outcome.message] : []));
    return { messages: stored, became };
  }

  async function changed(wishes: Asked[]): Promise<Committed<ChangeOutcome>> {
    const became = await messages.changeAll(wishes);
    const others = became.flatMap((one) => ("message" in one && one.message ? [one.message] : []));
    return { messages: others, became };
  }

  /** A batch that fails without a Refusal is tried again in halves, until only what causes the failure is refused. */
  async function commit<Given, Became>(
    batch: Waiting<Given, Became>[],
    work: (given: Given[]) => Promise<Committed<Became>>,
  ): Promise<void> {
    let committed: Committed<Became>;
    try {
      committed = await work(batch.map(({ given }) => given));
    } catch (error) {
      if (error instanceof Refusal || batch.length === 1) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const half = Math.ceil(batch.length / 2);
      await commit(batch.slice(0, half), work);
      return commit(batch.slice(half), work);
    }
    deliver(committed.messages);
    for (const [at, { settle }] of batch.entries()) settle(committed.became[at]!);
  }

  return {
    append(draft) {
      if (queue.length >= queueMax) throw new Refusal("busy", { retryAfter: 1000 });
      return new Promise((resolve, reject) => {
        const settle = (outcome: Outcome) =>
          outcome.kind === "refused" ? reject(new Refusal(outcome.code)) : resolve(outcome);
        queue.push({ given: draft, settle, reject });
        running ??= run();
      });
    },
    async ask(...given) {
      if (asked.length >= queueMax) throw new Refusal("busy", { retryAfter: 1000 });
      return new Promise((resolve, reject) => {
        const settle = (outcome: ChangeOutcome) =>
          "refused" in outcome ? reject(new Refusal(outcome.refused)) : resolve();
        asked.push({ given, settle, reject });
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
function batchSize(queue: Waiting<Draft, Outcome>[]): number {
  let size = 0;
  let characters = 0;
  while (size < Math.min(queue.length, batchMax) && characters < batchTextMax) {
    characters += queue[size]!.given.body.text.length;
    size++;
  }
  return size;
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
