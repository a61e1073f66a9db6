import { Worker } from "node:worker_threads";
import { Refusal } from "../refusal.ts";

export interface HashTask {
  id: number;
  text: string;
  /** The hash to compare with; null to make one. */
  hash: string | null;
  cost: number;
}

export interface HashAnswer {
  id: number;
  result: string | boolean;
}

interface Job {
  task: HashTask;
  resolve(result: string | boolean): void;
  reject(reason: unknown): void;
}

/** Waiting longer than these take would be longer than a person waits. */
const queueMax = 64;
const idleMs = 30_000;

/**
 * Runs bcrypt in worker threads, since one hash would stall the event loop for a tenth of a second. Workers are started
 * when needed and end after half a minute without work; a full queue refuses as `busy`.
 */
export class HashPool {
  #queue: Job[] = [];
  #idle: Worker[] = [];
  #busy = new Map<Worker, Job>();
  #timers = new Map<Worker, Timer>();
  #nextId = 1;
  readonly #size: number;
  readonly #cost: number;

  constructor(size: number, cost: number) {
    this.#size = size;
    this.#cost = cost;
  }

  /** The bcrypt hash of a text of at most 72 bytes. */
  async hash(text: string): Promise<string> {
    return (await this.#run(text, null)) as string;
  }

  /** Whether the text has this bcrypt hash. */
  async matches(text: string, hash: string): Promise<boolean> {
    return (await this.#run(text, hash)) as boolean;
  }

  /** Ends the workers; what was waiting is refused. */
  close(): void {
    const jobs = [...this.#queue, ...this.#busy.values()];
    for (const worker of [...this.#idle, ...this.#busy.keys()]) this.#end(worker);
    this.#queue = [];
    for (const { reject } of jobs) reject(new Refusal("busy"));
  }

  #run(text: string, hash: string | null): Promise<string | boolean> {
    if (this.#queue.length >= queueMax) throw new Refusal("busy", { retryAfter: 2000 });
    return new Promise((resolve, reject) => {
      this.#queue.push({ task: { id: this.#nextId++, text, hash, cost: this.#cost }, resolve, reject });
      this.#next();
    });
  }

  #next() {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop() ?? this.#start();
      if (!worker) return;
      const job = this.#queue.shift()!;
      clearTimeout(this.#timers.get(worker));
      this.#busy.set(worker, job);
      worker.ref();
      worker.postMessage(job.task);
    }
  }

  #start(): Worker | null {
    if (this.#busy.size >= this.#size) return null;
    const worker = new Worker(new URL("./hash-worker.ts", import.meta.url));
    worker.on("message", ({ result }: HashAnswer) => {
      this.#rest(worker)?.resolve(result);
      this.#next();
    });
    worker.on("error", (error) => {
      this.#busy.get(worker)?.reject(error);
      this.#end(worker);
      this.#next();
    });
    return worker;
  }

  #rest(worker: Worker): Job | undefined {
    const job = this.#busy.get(worker);
    this.#busy.delete(worker);
    this.#idle.push(worker);
    worker.unref();
    const timer = setTimeout(() => this.#end(worker), idleMs);
    timer.unref();
    this.#timers.set(worker, timer);
    return job;
  }

  #end(worker: Worker) {
    clearTimeout(this.#timers.get(worker));
    this.#timers.delete(worker);
    this.#busy.delete(worker);
    this.#idle = this.#idle.filter((other) => other !== worker);
    void worker.terminate();
  }
}
