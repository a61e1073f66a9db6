import { Incident } from "../logging/incident.ts";
import { Refusal } from "../refusal.ts";
import type { System } from "../system.ts";
import type { Store } from "./store.ts";

/** How often the disk is looked at; and how often it is tried whether there is room again, once there was none. */
const lookMs = 5_000;
const retryMs = 1_000;
/** With less than this it has to be tried whether anything can be stored still: the log of the database may have room of its own. */
const lowBytes = 1_000_000;

export type StorageHealth = ReturnType<typeof storageHealth>;

/**
 * Knows whether anything can be stored: from what the store refuses, and by looking every few seconds at how much is free,
 * which costs nothing. Only where that is little, or something was refused, a few pages are stored for trial, until it succeeds.
 */
export function storageHealth(store: Store, system: System, report: (error: unknown) => void) {
  let isFull = false;
  let cancel = system.after(lookMs, look);
  let isStopped = false;

  function found(full: boolean) {
    if (full === isFull) return;
    isFull = full;
    report(full ? new Incident("storage_full", fullSentence) : new Incident("storage_free", freeSentence));
  }

  async function tryIt() {
    const free = await store.disk.free();
    if (!isFull && (free === null || free >= lowBytes)) return;
    await store.disk.tryWriting();
    found(false);
  }

  function look() {
    tryIt()
      // Busy, or not to be reached: that says nothing of its room.
      .catch((error) => (error instanceof Refusal ? refused(error) : report(error)))
      .finally(() => {
        if (!isStopped) cancel = system.after(isFull ? retryMs : lookMs, look);
      });
  }

  const refused = (error: unknown) => {
    if (error instanceof Refusal && error.code === "storage_full") found(true);
  };

  return {
    store: watched(store, refused),
    get isFull() {
      return isFull;
    },
    stop(): void {
      isStopped = true;
      cancel();
    },
  };
}

const fullSentence =
  "The disk of the database is full: nothing can be stored. Make room there; nothing else needs to be done.";
const freeSentence = "There is room on the disk of the database again: what people write is stored.";

type Method = (...given: unknown[]) => Promise<unknown>;

/** The store, whose every call that fails is told to `failed`; whoever called hears of it too. */
function watched(store: Store, failed: (error: unknown) => void): Store {
  const areas = new Map<object, object>();
  return new Proxy(store, {
    get(_, name) {
      const area: unknown = Reflect.get(store, name);
      if (typeof area !== "object" || area === null) return area;
      const known = areas.get(area) ?? watchedArea(area, failed);
      areas.set(area, known);
      return known;
    },
  });
}

const watchedArea = (area: object, failed: (error: unknown) => void) =>
  new Proxy(area, {
    get(_, name) {
      const method = Reflect.get(area, name) as Method;
      return (...given: unknown[]) => {
        const done = method.apply(area, given);
        done.catch(failed);
        return done;
      };
    },
  });
