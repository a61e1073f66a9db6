import type { OriginStorage } from "../transport/storage.ts";
import { pageOf } from "./router.svelte.ts";

const kinds = ["setup", "join", "reset"] as const;
/** The page that a link leads to. */
export type LinkKind = (typeof kinds)[number];

const keyOf = (kind: LinkKind) => `secure-chat.link.${kind}`;

/**
 * The secrets of the links by which one came. They stand in the fragment, which no server and no log ever sees; from there
 * they are taken out of the address bar and the history, and outlive a reload of the tab, not the tab.
 */
export class Links {
  readonly #window: Window;
  readonly #storage: OriginStorage;
  #tokens = $state.raw<Partial<Record<LinkKind, string>>>({});

  constructor(window: Window, storage: OriginStorage) {
    this.#window = window;
    this.#storage = storage;
    for (const kind of kinds) {
      const token = storage.read(keyOf(kind));
      if (token !== null) this.#tokens = { ...this.#tokens, [kind]: token };
    }
    this.#take();
    // A link that is pasted where the page is open already loads nothing anew.
    window.addEventListener("hashchange", () => this.#take());
  }

  /** The secret of the link by which one came to this page; null when there is none. */
  of(kind: LinkKind): string | null {
    return this.#tokens[kind] ?? null;
  }

  /** Takes a link, or what stands after its #, that somebody has copied from elsewhere; says whether it can be one. */
  paste(kind: LinkKind, text: string): boolean {
    const token = text.trim().split("#").at(-1)!;
    if (!/^[\w-]{1,64}$/.test(token)) return false;
    this.#keep(kind, token);
    return true;
  }

  /** It has done its work, or is of no use. */
  forget(kind: LinkKind): void {
    this.#tokens = { ...this.#tokens, [kind]: undefined };
    this.#storage.remove(keyOf(kind));
  }

  #take(): void {
    const { pathname, hash } = this.#window.location;
    const page = pageOf(pathname);
    const kind = kinds.find((each) => each === page.kind);
    if (!kind || hash.length < 2) return;
    this.#keep(kind, hash.slice(1));
    this.#window.history.replaceState(null, "", pathname);
  }

  #keep(kind: LinkKind, token: string): void {
    this.#tokens = { ...this.#tokens, [kind]: token };
    // Where the browser keeps nothing, it is only not there any more after a reload.
    this.#storage.write(keyOf(kind), token);
  }
}
