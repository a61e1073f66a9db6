import { Worker } from "node:worker_threads";
import { Refusal } from "../refusal.ts";

interface Job<Task, Result> {
  task: Task;
  resolve(result: Result): void;
  reject(reason: unknown): void;
}

/** How many jobs may wait: more would take longer than a person waits. */
export const queueMax = 64;
/** How many waiting jobs may be of one source. */
export const shareMax = 32;
const idleMs = 30_000;
const crowded = () => new Refusal("busy", { retryAfter: 2000 });

/**
 * Runs work in threads that would block the event loop. A thread answers every task message with one result message. Threads
 * are started when needed and end after half a minute without work; a full queue refuses as `busy`. Waiting jobs are served in
 * turn by `source`, such as a network address, so that one source with many jobs does not delay the others.
 */
export class WorkPool<Task, Result> {
  /** The waiting jobs by source; the source whose turn it is comes first. */
  #queue = new Map<string, Job<Task, Result>[]>();
  #waiting = 0;
  #idle: Worker[] = [];
  #busy = new Map<Worker, Job<Task, Result>>();
  #timers = new Map<Worker, Timer>();
  readonly #size: number;
  readonly #file: URL;

  /** Starts at most `size` threads, which run the file. */
  constructor(size: number, file: URL) {
    this.#size = size;
    this.#file = file;
  }

  run(task: Task, source: string): Promise<Result> {
    return new Promise((resolve, reject) => {
      const own = this.#queue.get(source) ?? [];
      if (own.length >= shareMax) throw crowded();
      if (this.#waiting >= queueMax) this.#makeRoomFor(own);
      own.push({ task, resolve, reject });
      this.#queue.set(source, own);
      this.#waiting++;
      this.#next();
    });
  }

  /** Ends the threads and refuses what was waiting. */
  close(): void {
    const jobs = [...[...this.#queue.values()].flat(), ...this.#busy.values()];
    for (const worker of [...this.#idle, ...this.#busy.keys()]) this.#end(worker);
    this.#queue.clear();
    this.#waiting = 0;
    for (const { reject } of jobs) reject(new Refusal("busy"));
  }

  /** In a full queue, drops the latest job of the source with the most, if that has more than the source that asks. */
  #makeRoomFor(own: unknown[]) {
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

  /** Takes the next job of the source whose turn it is, and moves that source to the end of the order. */
  #take(): Job<Task, Result> {
    const [source, jobs] = this.#queue.entries().next().value!;
    this.#queue.delete(source);
    const job = jobs.shift()!;
    if (jobs.length > 0) this.#queue.set(source, jobs);
    this.#waiting--;
    return job;
  }

  #start(): Worker | null {
    if (this.#busy.size >= this.#size) return null;
    const worker = new Worker(this.#file);
    worker.on("message", (result: Result) => {
      this.#rest(worker)?.resolve(result);
      this.#next();
    });
    const failed = (error: Error) => {
      this.#busy.get(worker)?.reject(error);
      this.#end(worker);
      this.#next();
    };
    worker.on("error", failed);
    worker.on("exit", () => failed(new Error("A worker ended by itself.")));
    return worker;
  }

  #rest(worker: Worker): Job<Task, Result> | undefined {
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
