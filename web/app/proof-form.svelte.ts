import type { AccountInfo } from "../../server/protocol/account.ts";
import type { Proof } from "../../server/protocol/proof.ts";
import { Refused } from "../transport/refused.ts";
import { createSecondFactorApi, type SecondFactorApi } from "../transport/second-factor-api.ts";
import { Loaded } from "./loaded.svelte.ts";
import type { Session } from "./session.svelte.ts";

/** What somebody fills in who is asked to confirm that it is they. */
export class ProofForm {
  /** What the account has to show it with. */
  readonly account: Loaded<AccountInfo>;
  readonly #session: Session;
  readonly #api: SecondFactorApi;

  constructor(session: Session) {
    this.#session = session;
    this.#api = createSecondFactorApi(session.call);
    this.account = new Loaded(() => session.account());
  }

  /** Proves it, and lets go on what asked for it; throws `Refused`. Whose session has ended has to log in. */
  async give(given: Proof): Promise<void> {
    try {
      this.#session.become(await this.#api.prove(given));
    } catch (error) {
      if (error instanceof Refused && error.code === "not_signed_in") {
        this.#session.proof.dismiss();
        await this.#session.check();
      }
      throw error;
    }
    this.#session.proof.given();
  }
}
