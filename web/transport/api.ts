import type { AccountInfo, Credentials, Registration, SessionInfo } from "../../server/protocol/account.ts";
import { notReached, refusalOf } from "./refused.ts";

/** What a client asks over HTTP. Each call gives the answer or throws `Refused`. */
export interface Api {
  session(): Promise<SessionInfo>;
  signIn(credentials: Credentials): Promise<SessionInfo>;
  signOut(): Promise<void>;
  register(registration: Registration): Promise<SessionInfo>;
  account(): Promise<AccountInfo>;
  changePassword(change: { current: string; password: string }): Promise<void>;
  deleteAccount(password: string): Promise<void>;
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The HTTP half of the wire, on top of the given `fetch`. */
export function createApi(fetch: Fetch): Api {
  async function call<T>(method: string, path: string, body?: object): Promise<T> {
    const sent =
      method === "GET"
        ? {}
        : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) };
    const response = await fetch(path, { method, ...sent }).catch(() => {
      throw notReached();
    });
    if (!response.ok) throw await refusalOf(response);
    if (response.status === 204) return undefined as T;
    return response.json().catch(() => {
      throw notReached();
    });
  }

  return {
    session: () => call("GET", "/api/session"),
    signIn: (credentials) => call("POST", "/api/session", credentials),
    signOut: () => call("DELETE", "/api/session"),
    register: (registration) => call("POST", "/api/account", registration),
    account: () => call("GET", "/api/account"),
    changePassword: (change) => call("PUT", "/api/account/password", change),
    deleteAccount: (password) => call("DELETE", "/api/account", { password }),
  };
}
