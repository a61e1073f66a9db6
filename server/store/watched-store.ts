import type { Store } from "./store.ts";

type Method = (...given: unknown[]) => Promise<unknown>;

/** Sees a call of the store: its area and name as in "messages.append", what was given, and what comes of it. */
export type Watch = (method: string, given: unknown[], done: Promise<unknown>) => Promise<unknown>;

/** The store, whose every call is seen by `watch`, which gives what the caller gets; so a new method needs nothing here. */
export function watchedStore(store: Store, watch: Watch): Store {
  const areas = new Map<object, object>();
  return new Proxy(store, {
    get(_, area) {
      const kept: unknown = Reflect.get(store, area);
      if (typeof kept !== "object" || kept === null) return kept;
      const known = areas.get(kept) ?? watched(kept, String(area), watch);
      areas.set(kept, known);
      return known;
    },
  });
}

function watched(area: object, name: string, watch: Watch): object {
  return new Proxy(area, {
    get(_, key) {
      const method: unknown = Reflect.get(area, key);
      if (typeof method !== "function") return method;
      return (...given: unknown[]) =>
        watch(`${name}.${String(key)}`, given, (method as Method).apply(area, given));
    },
  });
}
