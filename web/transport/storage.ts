/**
 * What the browser keeps under a key for this origin, for as long as the browser likes. Nothing here throws: a browser may
 * refuse storage, have none, have no room, or lose what it kept.
 */
export interface OriginStorage {
  /** The value of a key; null where there is none. */
  read(key: string): string | null;
  /**
   * Says whether the browser keeps the value. One that it does not keep is still read from here until the page is left;
   * what the browser kept under this key before stays, and is what the next page reads.
   */
  write(key: string, value: string): boolean;
  remove(key: string): void;
  keys(): string[];
  /** Whether the browser kept what it was last given; before anything was written, what a try says. */
  readonly keeps: boolean;
}

const tried = "secure-chat.try";

/** Storage over what `open` gives, which is asked each time: a browser may refuse the mere asking, and at any time. */
export function originStorage(open: () => Storage | null | undefined): OriginStorage {
  /** What the browser did not take: values, and null for what it did not let go of. */
  const held = new Map<string, string | null>();
  let keeps: boolean | null = null;

  /** What the browser's storage says to this; null where it says nothing. */
  function ask<T>(what: (storage: Storage) => T): T | null {
    try {
      const storage = open();
      return storage ? what(storage) : null;
    } catch {
      return null; // Refused or full: each caller says what follows from it.
    }
  }

  const accepts = (key: string, value: string): boolean =>
    ask((storage) => {
      storage.setItem(key, value);
      return storage.getItem(key) === value;
    }) === true;

  const storage: OriginStorage = {
    read(key) {
      return held.has(key) ? held.get(key)! : ask((kept) => kept.getItem(key));
    },
    write(key, value) {
      keeps = accepts(key, value);
      if (keeps) held.delete(key);
      else held.set(key, value);
      return keeps;
    },
    remove(key) {
      const isGone = ask((kept) => {
        kept.removeItem(key);
        return true;
      });
      if (isGone) held.delete(key);
      else held.set(key, null);
    },
    keys() {
      const kept = ask((all) => Array.from({ length: all.length }, (_, at) => all.key(at)!)) ?? [];
      return [...new Set([...kept, ...held.keys()])].filter((key) => held.get(key) !== null);
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
