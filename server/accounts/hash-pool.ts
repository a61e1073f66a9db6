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
export const queueMax = 64;
/** How many of them may be of one source. */
export const shareMax = 32;
const idleMs = 30_000;
const crowded = () => new Refusal("busy", { retryAfter: 2000 });

/**
 * Runs bcrypt in worker threads, since one hash would stall the event loop for a tenth of a second. Workers are started
 * when needed and end after half a minute without work; a full queue refuses as `busy`. Those who wait are served in
 * turn by `source`, such as a network address, so that one of them with much to ask does not keep the others waiting.
 */
export class HashPool {
  /** What waits, by source; the source whose turn it is comes first. */
  #queue = new Map<string, Job[]>();
  #waiting = 0;
  #idle: Worker[] = [];
  #busy = new Map<Worker, Job>();
  #timers = new Map<Worker, Timer>();
  #nextId = 1;
  readonly #size: number;
  /** The work factor of the hashes it makes. */
  readonly cost: number;

  constructor(size: number, cost: number) {
    this.#size = size;
    this.cost = cost;
  }

  /** The bcrypt hash of a text of at most 72 bytes. */
  async hash(text: string, source = ""): Promise<string> {
    return (await this.#run(text, null, source)) as string;
  }

  /** Whether the text has this bcrypt hash. */
  async matches(text: string, hash: string, source = ""): Promise<boolean> {
    return (await this.#run(text, hash, source)) as boolean;
  }

  /** Ends the workers; what was waiting is refused. */
  close(): void {
    const jobs = [...[...this.#queue.values()].flat(), ...this.#busy.values()];
    for (const worker of [...this.#idle, ...this.#busy.keys()]) this.#end(worker);
    this.#queue.clear();
    this.#waiting = 0;
    for (const { reject } of jobs) reject(new Refusal("busy"));
  }

  #run(text: string, hash: string | null, source: string): Promise<string | boolean> {
    const own = this.#queue.get(source) ?? [];
    if (own.length >= shareMax) throw crowded();
    if (this.#waiting >= queueMax) this.#makeRoomFor(own);
    return new Promise((resolve, reject) => {
      own.push({ task: { id: this.#nextId++, text, hash, cost: this.cost }, resolve, reject });
      this.#queue.set(source, own);
      this.#waiting++;
      this.#next();
    });
  }

  /** A source that has little waiting is let in where another has more, whose latest job then goes. */
  #makeRoomFor(own: Job[]) {
    const largest = [...this.#queue.values()].reduce((one, other) =>
      other.length > one.length ? other : one,
    );
    if (largest.length <= own.length + 1) throw crowded();
    largest.pop()!.reject(crowded());
    this.#waiting--;
  }

  #next() {
    while (this.#waiting > 0) {
      const worker = this.#idle.pop() ?? this.#start();
      if (!worker) return;
      const job = this.#take();
      clearTimeout(this.#timers.get(worker));
      this.#busy.set(worker, job);
      worker.ref();
      worker.postMessage(job.task);
    }
  }

  /** The next job of the source whose turn it is, which then goes to the end of the line. */
  #take(): Job {
    const [source, jobs] = this.#queue.entries().next().value!;
    this.#queue.delete(source);
    const job = jobs.shift()!;
    if (jobs.length > 0) this.#queue.set(source, jobs);
    this.#waiting--;
    return job;
  }

  #start(): Worker | null {
    if (this.#busy.size >= this.#size) return null;
    const worker = new Worker(new URL("./hash-worker.ts", import.meta.url));
    worker.on("message", ({ result }: HashAnswer) => {
      this.#rest(worker)?.resolve(result);
      this.#next();
    });
    const failed = (error: Error) => {
      this.#busy.get(worker)?.reject(error);
      this.#end(worker);
      this.#next();
    };
    worker.on("error", failed);
    worker.on("exit", () => failed(new Error("A hash worker ended by itself.")));
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
