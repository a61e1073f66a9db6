/**
 * The browser's storage for this origin. Nothing here throws: a browser may refuse storage, have none, have no room, or lose
 * what it stored.
 */
export interface OriginStorage {
  /** The value of a key; null where there is none. */
  read(key: string): string | null;
  /**
   * Says whether the browser stored the value. One that it did not store is still read from here until the page is left; the
   * next page reads the value stored before.
   */
  write(key: string, value: string): boolean;
  remove(key: string): void;
  keys(): string[];
  /** Whether the browser stored what it was last given; before the first write, the result of a try. */
  readonly keeps: boolean;
}

const tried = "secure-chat.try";

/** Storage over what `open` gives. It is opened each time, because a browser may refuse even that, at any time. */
export function originStorage(open: () => Storage | null | undefined): OriginStorage {
  /** What the browser did not store: values, and null for what it did not remove. */
  const held = new Map<string, string | null>();
  let keeps: boolean | null = null;

  /** The answer of the browser's storage; null where it is refused. */
  function ask<T>(what: (storage: Storage) => T): T | null {
    try {
      const storage = open();
      return storage ? what(storage) : null;
    } catch {
      return null; // Storage is refused or full; each caller decides what follows.
    }
  }

  const accepts = (key: string, value: string): boolean =>
    ask((storage) => {
      storage.setItem(key, value);
      return storage.getItem(key) === value;
    }) === true;

  const storage: OriginStorage = {
    read(key) {
      return held.has(key) ? held.get(key)! : ask((own) => own.getItem(key));
    },
    write(key, value) {
      keeps = accepts(key, value);
      if (keeps) held.delete(key);
      else held.set(key, value);
      return keeps;
    },
    remove(key) {
      const isGone = ask((own) => {
        own.removeItem(key);
        return true;
      });
      if (isGone) held.delete(key);
      else held.set(key, null);
    },
    keys() {
      const stored = ask((all) => Array.from({ length: all.length }, (_, at) => all.key(at)!)) ?? [];
      return [...new Set([...stored, ...held.keys()])].filter((key) => held.get(key) !== null);
    },
    get keeps() {
      if (keeps === null) {
        storage.write(tried, "");
        storage.remove(tried);
      }
      return keeps!;
    },
  };
  return storage;
}
