import { password } from "../support/person.ts";
import type { Client } from "./client.ts";
import type { Ended } from "./invariants.ts";
import type { Revocation } from "./schedule.ts";

/** How long a guest goes on trying to get in, after which nothing may have reached it. */
const stubbornMs = 6_000;
const patienceMs = 25_000;

const requests: Record<Revocation, { method: string; path: string; body?: object }> = {
  "sign-out": { method: "DELETE", path: "/api/session" },
  password: {
    method: "PUT",
    path: "/api/account/password",
    body: { current: password, password: "another horse battery" },
  },
  deletion: { method: "DELETE", path: "/api/account", body: { messages: "keep" } },
};

/**
 * Ends the session a guest lives with, or its account, by way of this server. The guest goes on trying for a while, and
 * what still reaches it is noted.
 */
export async function revoke(guest: Client, kind: Revocation, where: () => string): Promise<Ended> {
  const { name, cookie, otherCookie } = guest.citizen;
  guest.isEnding = true;
  await acknowledged(kind, kind === "sign-out" ? cookie : otherCookie, where);
  const at = Date.now();
  await Bun.sleep(stubbornMs);
  guest.leave();
  return { who: name, at, deliveries: guest.deliveries };
}

/** Asks until there is an answer. Whoever is not signed in any more was heard before, and the answer to that got lost. */
async function acknowledged(kind: Revocation, cookie: string, where: () => string): Promise<void> {
  const { method, path, body } = requests[kind];
  const deadline = performance.now() + patienceMs;
  let last = "nothing";
  while (performance.now() < deadline) {
    const origin = where();
    const answer = await fetch(origin + path, {
      method,
      headers: { origin, cookie, ...(body ? { "content-type": "application/json" } : {}) },
      body: body && JSON.stringify(body),
      tls: { rejectUnauthorized: false },
      signal: AbortSignal.timeout(5_000),
    }).catch(String);
    if (typeof answer !== "string" && (answer.status === 204 || answer.status === 401)) return;
    last = typeof answer === "string" ? answer : `${answer.status} ${await answer.text()}`;
    await Bun.sleep(200);
  }
  throw new Error(`${kind} was not answered: ${last}`);
}
