import { WorkPool } from "./work-pool.ts";

export interface HashTask {
  text: string;
  /** The hash to compare with; null to make a new one. */
  hash: string | null;
  cost: number;
}

export type HashResult = string | boolean;

/** Runs bcrypt in worker threads, since one hash would stall the event loop for a tenth of a second. */
export class HashPool {
  readonly #pool: WorkPool<HashTask, HashResult>;
  /** The work factor of new hashes. */
  readonly cost: number;

  constructor(size: number, cost: number) {
    this.#pool = new WorkPool(size, new URL("./hash-worker.ts", import.meta.url));
    this.cost = cost;
  }

  /** Gives the bcrypt hash of a text of at most 72 bytes. Refuses as `busy` when the queue is full, as `compare` does. */
  async hash(text: string, source = ""): Promise<string> {
    return (await this.#pool.run({ text, hash: null, cost: this.cost }, source)) as string;
  }

  /** Whether the text has this bcrypt hash. */
  async matches(text: string, hash: string, source = ""): Promise<boolean> {
    return (await this.#pool.run({ text, hash, cost: this.cost }, source)) as boolean;
  }

  /** Ends the workers and refuses what was waiting. */
  close(): void {
    this.#pool.close();
  }
}
