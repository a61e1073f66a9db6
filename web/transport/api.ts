import type {
  AccountInfo,
  Credentials,
  Deletion,
  Registration,
  SessionInfo,
} from "../../server/protocol/account.ts";
import type { Call } from "./call.ts";

/** What a client asks of its session and account. Each call gives the answer or throws `Refused`. */
export interface Api {
  session(): Promise<SessionInfo>;
  signIn(credentials: Credentials): Promise<SessionInfo>;
  signOut(): Promise<void>;
  register(registration: Registration): Promise<SessionInfo>;
  account(): Promise<AccountInfo>;
  changePassword(change: { current?: string; password: string }): Promise<void>;
  deleteAccount(deletion: Deletion): Promise<void>;
}

export const createApi = (call: Call): Api => ({
  session: () => call("GET", "/api/session"),
  signIn: (credentials) => call("POST", "/api/session", credentials),
  signOut: () => call("DELETE", "/api/session"),
  register: (registration) => call("POST", "/api/account", registration),
  account: () => call("GET", "/api/account"),
  changePassword: (change) => call("PUT", "/api/account/password", change),
  deleteAccount: (deletion) => call("DELETE", "/api/account", deletion),
});
