import { isSessionKey, keyHeader } from "../../server/protocol/session-key.ts";
import type { Fetch } from "./call.ts";
import type { OriginStorage } from "./storage.ts";

const place = "secure-chat.session-key";

/**
 * The key to which our session is bound, in the storage of this origin: other services on the same host are sent the
 * cookies of a host, and set them, but never see this. It is read anew each time, for the tabs share it.
 */
export class SessionKey {
  readonly #storage: OriginStorage;
  readonly #make: () => string;

  constructor(storage: OriginStorage, make: () => string) {
    this.#storage = storage;
    this.#make = make;
  }

  /** Whether there is one already. */
  get isKept(): boolean {
    return isSessionKey(this.#storage.read(place) ?? "");
  }

  /** The key to show, made where there is none; null where the browser keeps none: a session would be lost with the page. */
  show(): string | null {
    if (this.isKept) return this.#storage.read(place);
    const made = this.#make();
    if (this.#storage.write(place, made)) return made;
    this.#storage.remove(place);
    return null;
  }

  /** The session that was bound to it has ended; the next one gets another. */
  forget(): void {
    this.#storage.remove(place);
  }
}

/** A `fetch` that shows the key with every request. */
export const showing =
  (key: Pick<SessionKey, "show">, fetch: Fetch): Fetch =>
  (url, init) => {
    const shown = key.show();
    const headers = shown === null ? init.headers : { ...init.headers, [keyHeader]: shown };
    return fetch(url, headers === undefined ? init : { ...init, headers });
  };

/**
 * Runs the first check of a page. Two tabs that are opened at once would each make a key, and a session from before there
 * were keys is bound to the first that it is shown: so the second tab waits for the first.
 */
export async function oneAtATime(
  key: Pick<SessionKey, "isKept">,
  locks: () => LockManager | undefined,
  check: () => Promise<void>,
): Promise<void> {
  if (key.isKept) return check();
  let isHeld = false;
  const held = () => {
    isHeld = true;
    return check();
  };
  try {
    await locks()?.request(place, held);
  } catch (error) {
    // A browser that refuses storage refuses locks too.
    if (!(error instanceof DOMException)) throw error;
  }
  if (!isHeld) await check();
}
