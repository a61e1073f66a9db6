import { type ErrorCode, errorCodes } from "../../server/protocol/errors.ts";

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
        | "sign-up"
        | "arriving"
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
  "/sign-up": "sign-up",
  "/arriving": "arriving",
  "/account": "account",
  "/c": "conversations",
};

/** The page of an address; an address that means nothing is nowhere. Slashes at the end mean nothing. */
export function pageOf(address: string): Page {
  let path = address;
  while (path.length > 1 && path.endsWith("/")) path = path.slice(0, -1);
  const section = sections.find((each) => path === `/admin/${each}`);
  if (section) return { kind: "admin", section };
  const [, id] = /^\/c\/([^/]+)$/.exec(path) ?? [];
  return id ? { kind: "conversation", id: decoded(id) } : { kind: fixed[path] ?? "nowhere" };
}

/** A part of an address as it was meant; as it stands where it is no encoding of anything. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const pathOf = (conversation: string): string => `/c/${conversation}`;

/** With what somebody has come back from a provider of sign-in: what went wrong, in a sentence, or what was linked, by its id. */
export interface Arrival {
  problem: string | null;
  linked: string | null;
}

/** The browser's address and its history. */
export class Router {
  readonly #window: Window;
  #path = $state("/");
  #arrival = $state.raw<Arrival>({ problem: null, linked: null });
  readonly page: Page = $derived(pageOf(this.#path));

  constructor(window: Window) {
    this.#window = window;
    this.#path = window.location.pathname;
    this.#arrive();
    window.addEventListener("popstate", () => {
      this.#path = window.location.pathname;
    });
  }

  get path(): string {
    return this.#path;
  }

  /** With what one has come back from a provider; nothing of it any more where one goes on from there. */
  get arrival(): Arrival {
    return this.#arrival;
  }

  /** Leaves the client for an address elsewhere. */
  leave(url: string): void {
    this.#window.location.assign(url);
  }

  go(path: string): void {
    this.#arrival = { problem: null, linked: null };
    if (path === this.#path) return;
    this.#window.history.pushState(null, "", path);
    this.#path = path;
  }

  /** Goes without leaving a way back to where one was. */
  replace(path: string): void {
    this.#window.history.replaceState(null, "", path);
    this.#path = path;
  }

  /** Comes to a page from elsewhere, with what there is to tell. */
  arrive(path: string, arrival: Arrival): void {
    this.replace(path);
    this.#arrival = arrival;
  }

  /** Follows a click on a link within the client, unless it asks for another tab. */
  follow(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.origin !== this.#window.location.origin) return;
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.go(link.pathname);
  }

  /** What the address tells is told once: not again after a reload. */
  #arrive(): void {
    const { search, pathname, hash } = this.#window.location;
    if (search === "") return;
    const given = new URLSearchParams(search);
    this.#arrival = { problem: problemOf(given.get("problem")), linked: given.get("linked") };
    this.#window.history.replaceState(null, "", pathname + hash);
  }
}

/** The sentence of a code: whoever makes the link can choose among our sentences, and say nothing of their own. */
function problemOf(code: string | null): string | null {
  return code !== null && Object.hasOwn(errorCodes, code) ? errorCodes[code as ErrorCode].message : null;
}
