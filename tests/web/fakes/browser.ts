/** What tabs of one browser share: storage whose changes the others hear of, and locks. */
export class FakeBrowser {
  #items = new Map<string, string>();
  #holders = new Map<string, { tab: FakeTab; waiting: { tab: FakeTab; run: () => unknown }[] }>();
  readonly tabs: FakeTab[] = [];
  /** Storage is full, or not allowed. */
  full = false;

  openTab(): FakeTab {
    const tab = new FakeTab(this);
    this.tabs.push(tab);
    return tab;
  }

  storageFor(tab: FakeTab): Storage {
    return this.#over(this.#items, (key, value) => {
      for (const other of this.tabs) if (other !== tab) other.heard(key, value);
    });
  }

  /** Storage that no other tab sees. */
  tabStorage(): Storage {
    return this.#over(new Map(), () => {});
  }

  #over(items: Map<string, string>, changed: (key: string, value: string | null) => void): Storage {
    const change = (key: string, value: string | null) => {
      if (value === null) items.delete(key);
      else if (this.full) throw new DOMException("no room", "QuotaExceededError");
      else items.set(key, value);
      changed(key, value);
    };
    return {
      get length() {
        return items.size;
      },
      key: (index) => [...items.keys()][index] ?? null,
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => change(key, value),
      removeItem: (key) => items.has(key) && change(key, null),
      clear: () => items.clear(),
    } as Storage;
  }

  request(tab: FakeTab, name: string, run: () => unknown): void {
    const held = this.#holders.get(name);
    if (held) held.waiting.push({ tab, run });
    else this.#grant(name, tab, run);
  }

  close(tab: FakeTab): void {
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    for (const [name, held] of [...this.#holders]) {
      held.waiting = held.waiting.filter((one) => one.tab !== tab);
      if (held.tab === tab) this.#next(name, held.waiting);
    }
  }

  /** A lock is held for as long as the callback's promise is pending; ours pend for ever or are done at once. */
  #grant(
    name: string,
    tab: FakeTab,
    run: () => unknown,
    waiting: { tab: FakeTab; run: () => unknown }[] = [],
  ): void {
    this.#holders.set(name, { tab, waiting });
    if (!(run() instanceof Promise)) this.#next(name, waiting);
  }

  #next(name: string, waiting: { tab: FakeTab; run: () => unknown }[]): void {
    const next = waiting.shift();
    this.#holders.delete(name);
    if (next) this.#grant(name, next.tab, next.run, waiting);
  }
}

export class FakeTab {
  readonly #browser: FakeBrowser;
  readonly storage: Storage;
  readonly tabStorage: Storage;
  readonly locks: LockManager;
  /** What the window's storage event would say. */
  heard: (key: string | null, value: string | null) => void = () => {};

  constructor(browser: FakeBrowser) {
    this.#browser = browser;
    this.storage = browser.storageFor(this);
    this.tabStorage = browser.tabStorage();
    const request = (name: string, run: () => unknown) => browser.request(this, name, run);
    this.locks = { request } as unknown as LockManager;
  }

  /** Closed or crashed: its locks are free, and it does nothing any more. */
  close(): void {
    this.#browser.close(this);
  }
}
