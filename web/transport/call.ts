import { notReached, refusalOf } from "./refused.ts";

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One request to the server: gives its answer, or throws `Refused`. */
export type Call = <T>(method: string, path: string, body?: object) => Promise<T>;

/** The HTTP half of the wire, on top of the given `fetch`. */
export function createCall(fetch: Fetch): Call {
  return async <T>(method: string, path: string, body?: object): Promise<T> => {
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
  };
}
