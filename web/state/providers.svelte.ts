import type { Arrived, Newcomer, ProviderInfo } from "../../server/protocol/providers.ts";
import { type ProvidersApi, providersApi } from "../transport/providers-api.ts";
import { Refused } from "../transport/refused.ts";
import { Loaded } from "./loaded.svelte.ts";
import type { Place } from "./place.svelte.ts";
import type { Session } from "./session.svelte.ts";

/** Signing in with an account elsewhere, and one's own accounts there. Verbs throw `Refused`. */
export class Providers {
  readonly #session: Session;
  readonly #place: Place;
  readonly #api: ProvidersApi;
  /** Somebody who has come back from a provider, and has no account here yet. */
  readonly newcomer: Loaded<Newcomer>;
  readonly list: Loaded<ProviderInfo[]>;

  constructor(session: Session, place: Place) {
    this.#session = session;
    this.#place = place;
    this.#api = providersApi(session.call);
    this.newcomer = new Loaded(() => this.#api.newcomer());
    this.list = new Loaded(() => this.#api.all());
  }

  /** What people know a provider by. */
  nameOf(id: string): string {
    return this.#session.providers.find((provider) => provider.id === id)?.name ?? id;
  }

  /** Leaves for a provider, and comes back signed in, to the page one was on. */
  async signIn(id: string, invite?: string): Promise<void> {
    const { kind } = this.#place.page;
    const next = kind === "conversation" || kind === "admin" || kind === "account" ? this.#place.path : null;
    const visit = { ...(next === null ? {} : { next }), ...(invite === undefined ? {} : { invite }) };
    this.#place.leave((await this.#api.visit(id, visit)).url);
  }

  /** Finishes what one went to a provider for, where one has come back from there, and goes on to the page for it. */
  async arrive(): Promise<void> {
    let arrived: Arrived;
    try {
      arrived = await this.#api.arrive();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const page = this.#session.chat ? "/account" : "/login";
      return this.#place.arrive(page, { problem: error.message, linked: null });
    }
    this.#session.become(arrived.session);
    this.#place.arrive(arrived.page, { problem: null, linked: arrived.linked });
  }

  /** Makes an account for who has come back from a provider; one is then signed in. */
  async register(name: string): Promise<void> {
    this.#session.become(await this.#api.register(name));
  }

  /** Leaves for a provider, and comes back with the account there linked to the one here. */
  async link(id: string): Promise<void> {
    this.#place.leave((await this.#session.proof.run(() => this.#api.link(id))).url);
  }

  async unlink(id: string): Promise<void> {
    await this.#session.proof.run(() => this.#api.unlink(id));
    await this.list.load();
  }
}
