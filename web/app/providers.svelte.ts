import type { Arrived, PendingSignUp, ProviderInfo } from "../../server/protocol/providers.ts";
import { Refused } from "../transport/refused.ts";
import { Loaded } from "./loaded.svelte.ts";
import type { Router } from "./router.svelte.ts";
import type { Session } from "./session.svelte.ts";

/** Signing in with an account elsewhere, and one's own accounts there. Verbs throw `Refused`. */
export class Providers {
  readonly #session: Session;
  readonly #router: Router;
  /** Somebody who has come back from a provider, and has no account here yet. */
  readonly pendingSignUp: Loaded<PendingSignUp>;
  readonly list: Loaded<ProviderInfo[]>;

  constructor(session: Session, router: Router) {
    this.#session = session;
    this.#router = router;
    this.pendingSignUp = new Loaded(() => session.call("GET /api/pending-sign-up"));
    this.list = new Loaded(() => session.call("GET /api/account/providers"));
  }

  /** What people know a provider by. */
  nameOf(id: string): string {
    return this.#session.providers.find((provider) => provider.id === id)?.name ?? id;
  }

  /** Leaves for a provider, and comes back signed in, to the page one was on. */
  async signIn(id: string, invite?: string): Promise<void> {
    const { kind } = this.#router.page;
    const next = kind === "conversation" || kind === "admin" || kind === "account" ? this.#router.path : null;
    const visit = { ...(next === null ? {} : { next }), ...(invite === undefined ? {} : { invite }) };
    this.#router.leave((await this.#session.call("POST /api/providers/:id", { id, body: visit })).url);
  }

  /** Finishes signing in or linking after coming back from a provider, and goes on to the page for it. */
  async arrive(): Promise<void> {
    let arrived: Arrived;
    try {
      arrived = await this.#session.call("POST /api/arrival");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const page = this.#session.chat ? "/account" : "/login";
      return this.#router.arrive(page, { problem: error.message, linked: null });
    }
    this.#session.become(arrived.session);
    this.#router.arrive(arrived.page, { problem: null, linked: arrived.linked });
  }

  /** Makes an account for who has come back from a provider; one is then signed in. */
  async register(name: string): Promise<void> {
    this.#session.become(await this.#session.call("POST /api/pending-sign-up", { body: { name } }));
  }

  /** Leaves for a provider, and comes back with the account there linked to the one here. */
  async link(id: string): Promise<void> {
    this.#router.leave((await this.#session.call("POST /api/account/providers/:id", { id })).url);
  }

  async unlink(id: string): Promise<void> {
    await this.#session.call("DELETE /api/account/providers/:id", { id });
    await this.list.load();
  }
}
