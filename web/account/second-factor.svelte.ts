import type { CodeOffer, FactorsInfo } from "../../server/protocol/second-factor.ts";
import { Loaded } from "../app/loaded.svelte.ts";
import type { Session } from "../app/session.svelte.ts";

/** The second step of logging in: giving it, and setting it up. Verbs throw `Refused`. */
export class SecondFactor {
  /** Which second factors the account has. */
  readonly info: Loaded<FactorsInfo>;
  readonly #session: Session;
  #offer = $state.raw<CodeOffer | null>(null);
  #recoveryCodes = $state.raw<readonly string[] | null>(null);

  constructor(session: Session) {
    this.#session = session;
    this.info = new Loaded(() => session.call("GET /api/account/factors"));
  }

  /** The secret for an authenticator app that is being set up. */
  get offer(): CodeOffer | null {
    return this.#offer;
  }

  /** New recovery codes, until the person has saved them: they cannot be shown again. */
  get recoveryCodes(): readonly string[] | null {
    return this.#recoveryCodes;
  }

  /** Gives a code of the app or a recovery code. Whoever waited too long has to log in again. */
  give(code: string): Promise<void> {
    return this.#session.prove(this.#session.call("POST /api/session/code", { body: { code } }));
  }

  async begin(): Promise<void> {
    this.#offer = await this.#session.call("POST /api/account/code");
  }

  /** Stops setting up an app. */
  cancel(): void {
    this.#offer = null;
  }

  /** Proves to the server by a code that the app has the secret. */
  async confirm(code: string): Promise<void> {
    if (!this.#offer) return;
    const body = { ticket: this.#offer.ticket, code };
    const { recoveryCodes } = await this.#session.call("PUT /api/account/code", { body });
    this.#offer = null;
    this.#recoveryCodes = recoveryCodes;
  }

  async renewRecoveryCodes(): Promise<void> {
    const { recoveryCodes } = await this.#session.call("POST /api/account/recovery-codes");
    this.#recoveryCodes = recoveryCodes;
  }

  /** The person has saved the recovery codes and may go on. */
  async kept(): Promise<void> {
    await Promise.all([this.#session.check(), this.info.load()]);
    this.#recoveryCodes = null;
  }

  async turnOff(): Promise<void> {
    await this.#session.call("DELETE /api/account/code");
    await this.info.load();
  }
}
