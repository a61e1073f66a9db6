import type { OriginStorage } from "../transport/storage.ts";

const begun = "secure-chat.draft";
const left = "secure-chat.draft-left";

/**
 * One person's drafts, per conversation. They last through a reload and as long as the tab. When the session ends against the
 * person's will they move to the browser's storage, and to the tab in which that person logs in next.
 */
export class Drafts {
  readonly #tab: OriginStorage;
  readonly #browser: OriginStorage;
  readonly #whose: string;
  #durable = $state(false);

  /** `tab` ends with the tab, `browser` outlives it. */
  constructor(tab: OriginStorage, browser: OriginStorage, person: { id: number; name: string }) {
    this.#tab = tab;
    this.#browser = browser;
    this.#whose = `/${person.id}/${person.name}/`;
    this.#durable = tab.keeps;
    move(browser, left + this.#whose, tab, begun + this.#whose);
  }

  /** Whether drafts would survive a reload. */
  get durable(): boolean {
    return this.#durable;
  }

  of(conversation: string): string {
    return this.#tab.read(begun + this.#whose + conversation) ?? "";
  }

  keep(conversation: string, text: string): void {
    if (text) this.#durable = this.#tab.write(begun + this.#whose + conversation, text);
    else this.#tab.remove(begun + this.#whose + conversation);
  }

  /** The session is over: the drafts wait for the same person's next one, in any tab of this browser. */
  leave(): void {
    move(this.#tab, begun + this.#whose, this.#browser, left + this.#whose);
  }

  clear(): void {
    for (const key of keysOf(this.#tab, begun + this.#whose)) this.#tab.remove(key);
    for (const key of keysOf(this.#browser, left + this.#whose)) this.#browser.remove(key);
  }
}

const keysOf = (storage: OriginStorage, prefix: string): string[] =>
  storage.keys().filter((key) => key.startsWith(prefix));

/** Moves all entries under a prefix, as far as the other storage takes them. Two texts of one conversation become one. */
function move(from: OriginStorage, fromPrefix: string, to: OriginStorage, toPrefix: string): void {
  for (const key of keysOf(from, fromPrefix)) {
    const toKey = toPrefix + key.slice(fromPrefix.length);
    if (to.write(toKey, joined(to.read(toKey) ?? "", from.read(key) ?? ""))) from.remove(key);
  }
}

const joined = (first: string, then: string): string =>
  first === "" || first === then ? then : first.endsWith(`\n\n${then}`) ? first : `${first}\n\n${then}`;
