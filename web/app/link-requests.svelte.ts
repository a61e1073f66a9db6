import type { Invitation } from "../../server/protocol/invites.ts";
import type { Reset, ResetInfo } from "../../server/protocol/resets.ts";
import type { SetUp } from "../../server/protocol/set-up.ts";
import { Loaded } from "./loaded.svelte.ts";
import { outwardOrigin } from "./outward.ts";
import type { Session } from "./session.svelte.ts";

const day = 24 * 60 * 60 * 1000;

/** Requests made with the secret of a link, with or without an account. Verbs throw `Refused`. */
export class LinkRequests {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether a set-up link is the right one. */
  setUpCheck(token: string): Loaded<true> {
    return new Loaded<true>(async () => {
      await this.#session.call("POST /api/set-up/check", { body: { token } });
      return true;
    });
  }

  /** Sets the server up; one is then signed in as its owner. */
  async setUp(given: SetUp): Promise<void> {
    this.#session.become(await this.#session.call("POST /api/set-up", { body: given }));
  }

  /** The link to hand around first: to the chat where anybody may join, to an invitation otherwise. */
  firstLink(here: string): Loaded<string> {
    return new Loaded(async () => {
      const { call, settings } = this.#session;
      const isOpen = settings?.registration === "open";
      const wanted = { label: "The first invitation", expiresIn: 7 * day, maxUses: 50 };
      const path = isOpen ? "" : `/join#${(await call("POST /api/invites", { body: wanted })).token}`;
      const { origins } = await call("GET /api/invites");
      return outwardOrigin(here, origins) + path;
    });
  }

  invitation(token: string): Loaded<Invitation> {
    return new Loaded(() => this.#session.call("POST /api/invitation", { body: { token } }));
  }

  resetInfo(token: string): Loaded<ResetInfo> {
    return new Loaded(() => this.#session.call("POST /api/reset/check", { body: { token } }));
  }

  /** Sets another password; one is then signed in, as far as a password goes. */
  async reset(given: Reset): Promise<void> {
    this.#session.become(await this.#session.call("POST /api/reset", { body: given }));
  }
}
