import type { SessionInfo } from "../../server/protocol/account.ts";
import type {
  AddedPasskey,
  Assertion,
  Attestation,
  PasskeyInfo,
  PasskeyQuestion,
} from "../../server/protocol/passkeys.ts";
import type { Call } from "./call.ts";

/** What is asked about passkeys. `Get` and `Create` are what the browser wants to be asked. */
export interface PasskeysApi<Get, Create> {
  question(): Promise<PasskeyQuestion<Get>>;
  signIn(ticket: string, response: Assertion): Promise<SessionInfo>;
  prove(ticket: string, response: Assertion): Promise<SessionInfo>;
  newQuestion(): Promise<PasskeyQuestion<Create>>;
  add(ticket: string, response: Attestation, name: string): Promise<AddedPasskey>;
  all(): Promise<PasskeyInfo[]>;
  rename(id: string, name: string): Promise<void>;
  remove(id: string): Promise<void>;
}

export const passkeysApi = <Get, Create>(call: Call): PasskeysApi<Get, Create> => ({
  question: () => call("POST", "/api/passkeys/question"),
  signIn: (ticket, response) => call("POST", "/api/session/passkey", { ticket, response }),
  prove: (ticket, response) => call("POST", "/api/proof/passkey", { ticket, response }),
  newQuestion: () => call("POST", "/api/account/passkey-question"),
  add: (ticket, response, name) => call("POST", "/api/account/passkeys", { ticket, response, name }),
  all: () => call("GET", "/api/account/passkeys"),
  rename: (id, name) => call("PUT", `/api/account/passkeys/${id}`, { name }),
  remove: (id) => call("DELETE", `/api/account/passkeys/${id}`),
});
