import type { Preferences } from "../../server/protocol/preferences.ts";
import type { OriginStorage } from "../transport/storage.ts";

const key = "secure-chat.theme";

/** The theme of this page, and of the next one in this browser: also of the pages that one sees before one logs in. */
export class Theme {
  readonly #page: Document;
  readonly #storage: OriginStorage;

  constructor(page: Document, storage: OriginStorage) {
    this.#page = page;
    this.#storage = storage;
    const stored = storage.read(key);
    this.#show(stored === "light" || stored === "dark" ? stored : "system");
  }

  choose(theme: Preferences["theme"]): void {
    this.#show(theme);
    if (theme === "system") this.#storage.remove(key);
    else this.#storage.write(key, theme);
  }

  #show(theme: Preferences["theme"]): void {
    this.#page.documentElement.dataset.theme = theme;
    for (const meta of this.#page.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
      const scheme = meta.dataset.theme;
      if (theme === "system") meta.media = `(prefers-color-scheme: ${scheme})`;
      else meta.media = theme === scheme ? "all" : "not all";
    }
  }
}
