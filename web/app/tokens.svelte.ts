import type { OriginStorage } from "../transport/storage.ts";
import { pageOf } from "./router.svelte.ts";

const kinds = ["setup", "join", "reset"] as const;
/** The page that a link leads to. */
export type LinkKind = (typeof kinds)[number];

const keyOf = (kind: LinkKind) => `secure-chat.link.${kind}`;

/**
 * The secrets of the links that were opened. A link has its secret in the fragment, which no server and no log sees. It is
 * taken out of the address bar and the history, and lasts through a reload of the tab, but not longer than the tab.
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
    // A link that is pasted into the address bar of the open page does not load it again.
    window.addEventListener("hashchange", () => this.#take());
  }

  /** The secret of the link by which one came to this page; null when there is none. */
  of(kind: LinkKind): string | null {
    return this.#tokens[kind] ?? null;
  }

  /** Takes a pasted link, or its part after the #; says whether it can be one. */
  paste(kind: LinkKind, text: string): boolean {
    const token = text.trim().split("#").at(-1)!;
    if (!/^[\w-]{1,64}$/.test(token)) return false;
    this.#keep(kind, token);
    return true;
  }

  /** Forgets a secret that was used or is not valid. */
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
    // Without storage the secret is lost after a reload, and works until then.
    this.#storage.write(keyOf(kind), token);
  }
}
