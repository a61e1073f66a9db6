import type { SessionInfo } from "../../server/protocol/account.ts";
import type {
  Arrived,
  PendingSignUp,
  ProviderAddress,
  ProviderInfo,
  ProviderVisit,
} from "../../server/protocol/providers.ts";
import type { Call } from "./call.ts";

/** Signing in with an account elsewhere. Each call gives the answer or throws `Refused`. */
export interface ProvidersApi {
  /** Where the browser has to go to sign in. */
  visit(id: string, visit: ProviderVisit): Promise<ProviderAddress>;
  /** Finishes what the browser was sent to a provider for. */
  arrive(): Promise<Arrived>;
  pendingSignUp(): Promise<PendingSignUp>;
  register(name: string): Promise<SessionInfo>;
  all(): Promise<ProviderInfo[]>;
  /** Where the browser has to go to link an account there. */
  link(id: string): Promise<ProviderAddress>;
  unlink(id: string): Promise<void>;
}

export const providersApi = (call: Call): ProvidersApi => ({
  visit: (id, visit) => call("POST", `/api/providers/${id}`, visit),
  arrive: () => call("POST", "/api/arrival"),
  pendingSignUp: () => call("GET", "/api/pending-sign-up"),
  register: (name) => call("POST", "/api/pending-sign-up", { name }),
  all: () => call("GET", "/api/account/providers"),
  link: (id) => call("POST", `/api/account/providers/${id}`),
  unlink: (id) => call("DELETE", `/api/account/providers/${id}`),
});
