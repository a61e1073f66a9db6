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
  /** With the `seq` of a message, that one is shown. */
  | { kind: "conversation"; id: string; seq: number | null };

/** The pages for moderators and admins. */
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

/** The page of an address; "nowhere" for an unknown one. Slashes at the end are ignored. */
export function pageOf(address: string): Page {
  let path = address;
  while (path.length > 1 && path.endsWith("/")) path = path.slice(0, -1);
  const section = sections.find((each) => path === `/admin/${each}`);
  if (section) return { kind: "admin", section };
  const [, id, seq] = /^\/c\/([^/]+)(?:\/([1-9]\d{0,14}))?$/.exec(path) ?? [];
  return id
    ? { kind: "conversation", id: decoded(id), seq: seq ? Number(seq) : null }
    : { kind: fixed[path] ?? "nowhere" };
}

/** A decoded part of an address; as it is where its encoding is broken. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Where a conversation is, or a message of it. */
export const pathOf = (conversation: string, seq?: number): string =>
  seq === undefined ? `/c/${conversation}` : `/c/${conversation}/${seq}`;

/** The result of a visit to a provider of sign-in: what went wrong, in a sentence, or the id of the provider that was linked. */
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

  /** The result of a visit to a provider; empty once one has gone to another page. */
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

  /** Shows a page with the result of a visit to a provider. */
  arrive(path: string, arrival: Arrival): void {
    this.replace(path);
    this.#arrival = arrival;
  }

  /** Follows a click on a link within the client, unless it asks for another tab. */
  follow(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.origin !== this.#window.location.origin) return;
    // A link to a message that somebody wrote down is followed here, as the others of the client are.
    if (link.target && pageOf(link.pathname).kind !== "conversation") return;
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.go(link.pathname);
  }

  /** Takes the result out of the address, so that a reload does not show it again. */
  #arrive(): void {
    const { search, pathname, hash } = this.#window.location;
    if (search === "") return;
    const given = new URLSearchParams(search);
    this.#arrival = { problem: problemOf(given.get("problem")), linked: given.get("linked") };
    this.#window.history.replaceState(null, "", pathname + hash);
  }
}

/** The sentence of a code. A link made by a stranger can only choose among these sentences. */
function problemOf(code: string | null): string | null {
  return code !== null && Object.hasOwn(errorCodes, code) ? errorCodes[code as ErrorCode].message : null;
}
