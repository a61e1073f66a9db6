import type { SessionInfo } from "../../server/protocol/account.ts";
import type { Proof } from "../../server/protocol/proof.ts";
import type {
  CodeConfirmation,
  CodeOffer,
  FactorsInfo,
  RecoveryCodes,
} from "../../server/protocol/second-factor.ts";
import type { Call } from "./call.ts";

/** What is asked about the second step of signing in, and about proving once more who one is. */
export interface SecondFactorApi {
  /** The second step of signing in: a code of the app, or a recovery code. */
  give(code: string): Promise<SessionInfo>;
  prove(given: Proof): Promise<SessionInfo>;
  factors(): Promise<FactorsInfo>;
  offer(): Promise<CodeOffer>;
  confirm(given: CodeConfirmation): Promise<RecoveryCodes>;
  remove(): Promise<void>;
  renewRecoveryCodes(): Promise<RecoveryCodes>;
}

export const createSecondFactorApi = (call: Call): SecondFactorApi => ({
  give: (code) => call("POST", "/api/session/code", { code }),
  prove: (given) => call("POST", "/api/proof", given),
  factors: () => call("GET", "/api/account/factors"),
  offer: () => call("POST", "/api/account/code"),
  confirm: (given) => call("PUT", "/api/account/code", given),
  remove: () => call("DELETE", "/api/account/code"),
  renewRecoveryCodes: () => call("POST", "/api/account/recovery-codes"),
});
