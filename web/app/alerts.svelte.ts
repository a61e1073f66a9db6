import type { Alert } from "../../server/protocol/alerts.ts";
import { Loaded } from "./loaded.svelte.ts";
import type { Session } from "./session.svelte.ts";

/** Alerts about one's account. Verbs throw `Refused`. */
export class Alerts {
  /** All of them, the latest first, seen or not. */
  readonly list: Loaded<Alert[]>;
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
    this.list = new Loaded(() => session.call("GET /api/account/alerts"));
  }

  /** Marks an alert as seen, on all devices of this account. */
  async see(id: number): Promise<void> {
    await this.#session.call("PUT /api/account/alerts/:id", { id, body: { seen: true } });
  }
}
