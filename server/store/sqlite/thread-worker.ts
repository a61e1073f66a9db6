import { parentPort } from "node:worker_threads";
import { system } from "../../system.ts";
import type { Store } from "../store.ts";
import {
  type FromStore,
  type Outcome,
  packed,
  packedOutcomes,
  type ToStore,
  withBuffers,
} from "./crossing.ts";
import { watchIncarnation } from "./incarnation.ts";
import { openDatabase } from "./open.ts";
import { sqliteStore } from "./store.ts";

// The thread of the store. It runs every call in the order in which it was asked for, each to its end where nothing is
// waited for: a disk that takes long holds up what is stored, and nothing else.

const port = parentPort!;
const send = (message: FromStore) => port.postMessage(message);

let store: Store | null = null;
let stopNoting = () => {};
let outcomes: Outcome[] = [];
let isSending = false;

/** What happens in one turn is sent at once. */
function add(outcome: Outcome) {
  outcomes.push(outcome);
  if (isSending) return;
  isSending = true;
  queueMicrotask(() => {
    isSending = false;
    const now = outcomes;
    outcomes = [];
    send({ outcomes: now });
  });
}

function open(path: string, note: string) {
  const db = openDatabase(path);
  try {
    stopNoting = watchIncarnation(db, note, system, (error) => send({ reported: packed(error) }));
    store = sqliteStore(db);
    store.onCommit((committed) => add({ committed }));
  } catch (error) {
    db.close();
    throw error;
  }
  send({ opened: { epoch: store.epoch } });
}

async function call(id: number, area: string, name: string, given: unknown[]) {
  try {
    // Most of what crosses are messages, which cross at a third of the cost as text.
    if (area === "messages" && name === "append")
      return add({
        id,
        result: packedOutcomes(await store!.messages.append(JSON.parse(given[0] as string))),
      });
    const functions = store![area as keyof Store] as unknown as Record<
      string,
      (...given: unknown[]) => unknown
    >;
    const result = await functions[name]!(...given.map(withBuffers));
    add({ id, result });
  } catch (error) {
    add({ id, failed: packed(error) });
  }
}

port.on("message", async (message: ToStore) => {
  if ("calls" in message) for (const each of message.calls) void call(...each);
  else if ("open" in message) {
    try {
      open(message.open.path, message.open.note);
    } catch (error) {
      send({ failed: packed(error) });
    }
  } else {
    try {
      stopNoting();
      await store?.close();
      send({ closed: true });
    } catch (error) {
      send({ failed: packed(error) });
    }
  }
});
