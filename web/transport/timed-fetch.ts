import type { Fetch } from "./call.ts";

/** The header `Date` is right to the second, and some servers renew it once a second only. */
const coarse = 2_000;

/** The same `fetch`, which tells from each answer between which two moments it is for the server now. */
export function timedFetch(
  fetch: Fetch,
  now: () => number,
  heard: (earliest: number, latest: number) => void,
): Fetch {
  return async (url, init) => {
    const asked = now();
    const response = await fetch(url, init);
    const at = Date.parse(response.headers.get("Date") ?? "");
    if (!Number.isNaN(at)) heard(at, at + coarse + Math.max(0, now() - asked));
    return response;
  };
}
