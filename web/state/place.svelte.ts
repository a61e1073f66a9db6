/** Where in the client one is, as its address says. */
export type Page =
  | {
      kind:
        | "welcome"
        | "login"
        | "register"
        | "setup"
        | "join"
        | "reset"
        | "account"
        | "conversations"
        | "nowhere";
    }
  | { kind: "admin"; section: Section }
  | { kind: "conversation"; id: string };

/** The pages for those who look after the chat. */
export const sections = ["people", "invites", "reports", "settings", "audit"] as const;
export type Section = (typeof sections)[number];

const fixed: Record<string, Exclude<Page["kind"], "conversation" | "admin">> = {
  "/": "welcome",
  "/login": "login",
  "/register": "register",
  "/setup": "setup",
  "/join": "join",
  "/reset": "reset",
  "/account": "account",
  "/c": "conversations",
};

/** The page of an address; an address that means nothing is nowhere. */
export function pageOf(path: string): Page {
  const section = sections.find((each) => path === `/admin/${each}`);
  if (section) return { kind: "admin", section };
  const [, id] = /^\/c\/([^/]+)$/.exec(path) ?? [];
  return id ? { kind: "conversation", id: id.replaceAll("%3A", ":") } : { kind: fixed[path] ?? "nowhere" };
}

export const pathOf = (conversation: string): string => `/c/${conversation}`;

/** The browser's address and its history. */
export class Place {
  readonly #window: Window;
  #path = $state("/");
  readonly page: Page = $derived(pageOf(this.#path));

  constructor(window: Window) {
    this.#window = window;
    this.#path = window.location.pathname;
    window.addEventListener("popstate", () => {
      this.#path = window.location.pathname;
    });
  }

  go(path: string): void {
    if (path === this.#path) return;
    this.#window.history.pushState(null, "", path);
    this.#path = path;
  }

  /** Goes without leaving a way back to where one was. */
  replace(path: string): void {
    this.#window.history.replaceState(null, "", path);
    this.#path = path;
  }

  /** Follows a click on a link within the client, unless it asks for another tab. */
  follow(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.origin !== this.#window.location.origin) return;
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.go(link.pathname);
  }
}
