import { Worker } from "node:worker_threads";
import { commitListeners } from "../commit-listeners.ts";
import type { Store } from "../store.ts";
import { type FromStore, type ToStore, unpacked, unpackedOutcomes, withBuffers } from "./crossing.ts";
import { openReader } from "./open.ts";
import { sqliteReads } from "./store.ts";

export interface ThreadDeps {
  /** The database file, and the note beside it that tells which database it is. */
  path: string;
  note: string;
  report(error: unknown): void;
  /** The thread has ended by itself: nothing can be stored any more. */
  died(error: Error): void;
}

/**
 * The store on SQLite in a thread of its own, so that the thread that serves waits for no disk. What is read at every
 * request is read here, over a connection that only reads: it sees what is committed, and waits for no commit. A thread that
 * is given serves one store after the other, and is left running.
 */
export async function storeOnThread(
  { path, note, report, died }: ThreadDeps,
  given?: Worker,
): Promise<Store> {
  const worker = given ?? storeThread();
  const { committed, onCommit } = commitListeners();
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const opening = Promise.withResolvers<string>();
  const closing = Promise.withResolvers<void>();
  let isClosing = false;
  const send = (message: ToStore) => worker.postMessage(message);

  worker.on("message", (message: FromStore) => {
    if ("outcomes" in message) {
      for (const outcome of message.outcomes) {
        if ("committed" in outcome) committed(outcome.committed);
        else settle(outcome.id, outcome);
      }
    } else if ("opened" in message) opening.resolve(message.opened.epoch);
    else if ("reported" in message) report(unpacked(message.reported));
    else if ("closed" in message) closing.resolve();
    else {
      opening.reject(unpacked(message.failed));
      closing.reject(unpacked(message.failed));
    }
  });
  worker.on("error", (error: Error) => ended(error));
  worker.on("exit", (code) => ended(new Error(`The thread of the database has ended: ${code}`)));

  function settle(id: number, outcome: { result: unknown } | { failed: Parameters<typeof unpacked>[0] }) {
    const call = waiting.get(id)!;
    waiting.delete(id);
    if ("failed" in outcome) call.reject(unpacked(outcome.failed));
    else call.resolve(withBuffers(outcome.result));
  }

  let isOver = false;
  function ended(error: Error) {
    if (isOver) return;
    isOver = true;
    opening.reject(error);
    closing.reject(error);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    if (!isClosing) died(error);
  }

  let calls: Extract<ToStore, { calls: unknown }>["calls"] = [];
  let nextId = 1;
  /** What is asked for in one turn is sent at once. */
  function call(area: string, name: string, given: unknown[]): Promise<unknown> {
    if (isOver || isClosing) return Promise.reject(new Error("The thread of the database has ended"));
    const id = nextId++;
    const promise = Promise.withResolvers<unknown>();
    waiting.set(id, promise);
    calls.push([id, area, name, given]);
    if (calls.length === 1) queueMicrotask(sendCalls);
    return promise.promise;
  }

  function sendCalls() {
    const now = calls;
    calls = [];
    if (now.length > 0) send({ calls: now });
  }

  closing.promise.catch(() => {});
  send({ open: { path, note } });
  const epoch = await opening.promise.catch(async (error) => {
    isClosing = true;
    if (!given) await worker.terminate();
    throw error;
  });
  const reader = openReader(path);
  async function close() {
    if (isClosing) return closing.promise;
    isClosing = true;
    reader.close();
    sendCalls();
    send({ close: true });
    await closing.promise;
    ended(new Error("The database is closed"));
    worker.removeAllListeners();
    if (!given) await worker.terminate();
  }
  const reads = sqliteReads(reader);
  const append: Store["messages"]["append"] = async (drafts) =>
    unpackedOutcomes((await call("messages", "append", [JSON.stringify(drafts)])) as string, drafts);
  return storeOf({ epoch, onCommit, close }, { ...reads, messages: { ...reads.messages, append } }, call);
}

/** A thread for one store after the other. */
export const storeThread = () => new Worker(new URL("./thread-worker.ts", import.meta.url));

type Call = (area: string, name: string, given: unknown[]) => Promise<unknown>;

/** A store whose functions are called by area and name, but those that are here. */
function storeOf(own: Pick<Store, "epoch" | "onCommit" | "close">, here: object, call: Call): Store {
  const areas = new Map<string, object>();
  const areaOf = (area: string) =>
    new Proxy((Reflect.get(here, area) ?? {}) as Record<string, unknown>, {
      get(own, name: string) {
        own[name] ??= (...given: unknown[]) => call(area, name, given);
        return own[name];
      },
    });
  return new Proxy(own as Store, {
    get(own, area: string) {
      if (area in own) return Reflect.get(own, area);
      // Whoever awaits a store must not take it for a promise.
      if (area === "then") return undefined;
      const known = areas.get(area) ?? areaOf(area);
      areas.set(area, known);
      return known;
    },
  });
}
