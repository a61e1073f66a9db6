import type { AccountInfo } from "../../server/protocol/account.ts";
import type { Proof } from "../../server/protocol/proof.ts";
import { Loaded } from "./loaded.svelte.ts";
import type { Session } from "./session.svelte.ts";

/** The form for a fresh proof of who is here. */
export class ProofForm {
  /** The account, which says what a proof can be given with. */
  readonly account: Loaded<AccountInfo>;
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
    this.account = new Loaded(() => session.call("GET /api/account"));
  }

  /** Gives the proof; throws `Refused`. */
  give(body: Proof): Promise<void> {
    return this.#session.prove(this.#session.call("POST /api/proof", { body }));
  }
}
