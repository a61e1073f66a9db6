import type { AccountInfo } from "../../server/protocol/account.ts";
import type { Proof } from "../../server/protocol/proof.ts";
import { Refused } from "../transport/refused.ts";
import { Loaded } from "./loaded.svelte.ts";
import type { Session } from "./session.svelte.ts";

/** The form for a fresh proof of who is here. */
export class ProofForm {
  /** The account, which says what a proof can be given with. */
  readonly account: Loaded<AccountInfo>;
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
    this.account = new Loaded(() => session.account());
  }

  /**
   * Gives the proof, and lets the request that needed it go on; throws `Refused`. A session that has ended leads to the sign-in
   * page.
   */
  async give(given: Proof): Promise<void> {
    try {
      this.#session.become(await this.#session.call("POST /api/proof", { body: given }));
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
