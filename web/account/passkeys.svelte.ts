import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from "@simplewebauthn/browser";
import type { Assertion, Attestation, PasskeyAnswer, PasskeyInfo } from "../../server/protocol/passkeys.ts";
import { isBareAddress } from "../app/bare-address.ts";
import { Loaded } from "../app/loaded.svelte.ts";
import type { Session } from "../app/session.svelte.ts";
import { Refused } from "../transport/refused.ts";

/** Why passkeys cannot be used on this page, in a sentence; null where they can. */
export function passkeyHindrance(host: string): string | null {
  if (isBareAddress(host))
    return `Passkeys need a host name, and this page was opened at the bare address ${host}. Open it by the name of the server, such as chat.local, to use them.`;
  return browserSupportsWebAuthn() ? null : "This browser does not know passkeys.";
}

/** Signing in with passkeys, and one's own. Verbs throw `Refused`. */
export class Passkeys {
  readonly #session: Session;
  readonly list: Loaded<PasskeyInfo[]>;

  constructor(session: Session) {
    this.#session = session;
    this.list = new Loaded(() => session.call("GET /api/account/passkeys"));
  }

  /** Signs in with a passkey, whoever's it is. */
  async signIn(): Promise<void> {
    const body = await this.#answer();
    this.#session.become(await this.#session.call("POST /api/session/passkey", { body }));
  }

  /** Proves with a passkey who one is, as the second factor or as a fresh proof. */
  async prove(): Promise<void> {
    const body = await this.#answer();
    await this.#session.prove(this.#session.call("POST /api/proof/passkey", { body }));
  }

  /** Makes a passkey on this device, or on one that the browser can reach. The first brings recovery codes, which are shown. */
  async add(name: string): Promise<void> {
    const { ticket, options } = await this.#session.call("POST /api/account/passkey-question");
    const optionsJSON = options as PublicKeyCredentialCreationOptionsJSON;
    const response = (await answered(() => startRegistration({ optionsJSON }))) as Attestation;
    const body = { ticket, response, name };
    const { recoveryCodes, ...info } = await this.#session.call("POST /api/account/passkeys", { body });
    if (recoveryCodes) this.#session.showRecoveryCodes(recoveryCodes);
    this.#session.become(info);
    await this.list.load();
  }

  async rename(id: string, name: string): Promise<void> {
    await this.#session.call("PUT /api/account/passkeys/:id", { id, body: { name } });
    await this.list.load();
  }

  async remove(id: string): Promise<void> {
    await this.#session.call("DELETE /api/account/passkeys/:id", { id });
    await this.list.load();
  }

  /** What a passkey says to a question of the server. */
  async #answer(): Promise<PasskeyAnswer> {
    const { ticket, options } = await this.#session.call("POST /api/passkeys/question");
    const optionsJSON = options as PublicKeyCredentialRequestOptionsJSON;
    const response = (await answered(() => startAuthentication({ optionsJSON }))) as Assertion;
    return { ticket, response };
  }
}

/**
 * The browser's answer. A person who cancels or waits too long counts as a refusal too. The library names its errors as the
 * standard does (https://www.w3.org/TR/webauthn-3/#sctn-createCredential).
 */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    // A TypeError is our own bug. All other errors come from browsers and authenticators.
    if (!(error instanceof Error) || error instanceof TypeError) throw error;
    throw new Refused({ code: "wrong_passkey", message: sentences[error.name] ?? cancelled });
  }
}

const cancelled = "That did not work, or was cancelled.";
const sentences: Record<string, string> = {
  InvalidStateError: "This device has a passkey for this account already.",
  NotSupportedError: "This device cannot make a passkey.",
  ConstraintError:
    "This device cannot check that it is you. Set up a PIN, a fingerprint or your face on it first.",
  SecurityError: "Passkeys cannot be used at this address.",
};
