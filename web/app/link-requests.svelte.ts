import type { Invitation } from "../../server/protocol/invites.ts";
import type { Reset, ResetInfo } from "../../server/protocol/resets.ts";
import type { SetUp } from "../../server/protocol/set-up.ts";
import { createLinksApi, type LinksApi } from "../transport/links-api.ts";
import { Loaded } from "./loaded.svelte.ts";
import { outwardOrigin } from "./outward.ts";
import type { Session } from "./session.svelte.ts";

const day = 24 * 60 * 60 * 1000;

/** Requests made with the secret of a link, with or without an account. Verbs throw `Refused`. */
export class LinkRequests {
  readonly #session: Session;
  readonly #api: LinksApi;

  constructor(session: Session) {
    this.#session = session;
    this.#api = createLinksApi(session.call);
  }

  /** Whether a set-up link is the right one. */
  setUpCheck(token: string): Loaded<true> {
    return new Loaded<true>(async () => {
      await this.#api.checkSetUp(token);
      return true;
    });
  }

  /** Sets the server up; one is then signed in as its owner. */
  async setUp(given: SetUp): Promise<void> {
    this.#session.become(await this.#api.setUp(given));
  }

  /** The link to hand around first: to the chat where anybody may join, to an invitation otherwise. */
  firstLink(here: string): Loaded<string> {
    return new Loaded(async () => {
      const isOpen = this.#session.settings?.registration === "open";
      const wanted = { label: "The first invitation", expiresIn: 7 * day, maxUses: 50 };
      const path = isOpen ? "" : `/join#${(await this.#api.makeInvite(wanted)).token}`;
      const { origins } = await this.#api.invites();
      return outwardOrigin(here, origins) + path;
    });
  }

  invitation(token: string): Loaded<Invitation> {
    return new Loaded(() => this.#api.invitation(token));
  }

  resetInfo(token: string): Loaded<ResetInfo> {
    return new Loaded(() => this.#api.checkReset(token));
  }

  /** Sets another password; one is then signed in, as far as a password goes. */
  async reset(given: Reset): Promise<void> {
    this.#session.become(await this.#api.reset(given));
  }
}
