import { expect } from "bun:test";
import type { Fetch } from "../../../../server/auth/providers/asking.ts";
import type { ProviderSettings } from "../../../../server/auth/providers/provider.ts";
import { type Providers, type Purpose, providers } from "../../../../server/auth/providers.ts";
import { clock } from "../../../support/clock.ts";
import { database } from "../../../support/database.ts";
import type { HostileProvider } from "../../../support/hostile-provider.ts";
import { client } from "../../../support/oidc.ts";

export const origin = "https://chat.test";
export const callback = (id: string) => `${origin}/api/providers/${id}/callback`;
export const purpose: Purpose = { kind: "sign in", keyHash: "", inviteId: null, next: null };

export function settingsOf(issuer: string, over: Partial<ProviderSettings> = {}): ProviderSettings {
  return {
    id: "oidc",
    name: "The provider",
    issuer,
    clientId: client.id,
    clientSecret: client.secret,
    hosts: [new URL(issuer).host],
    acr: [],
    ...over,
  };
}

/** Trusts these authorities and no others. */
export const trusting =
  (...authorities: string[]): Fetch =>
  (url, init) =>
    fetch(url, { ...init, tls: { ca: authorities } });

/** Leads to this provider, whatever host is asked. */
export const leadingTo =
  ({ issuer, authority }: HostileProvider): Fetch =>
  (url, init) =>
    trusting(authority)(url.replace(/^https:\/\/[^/]+/, issuer), init);

/** The providers on a real database, with a clock that starts now, and what became known to the operator. */
export function ground(settings: ProviderSettings[], ask: Fetch) {
  const time = clock(Date.now());
  const { db, store } = database();
  const incidents: string[] = [];
  /** The hosts that were asked. */
  const asked = new Set<string>();
  const offered: Providers = providers(settings, {
    tickets: store.tickets,
    system: time,
    fetch(url, init) {
      asked.add(new URL(url).host);
      return ask(url, init);
    },
    report: ({ message }) => incidents.push(message),
  });
  return { db, store, time, incidents, asked, ...offered };
}

export type Ground = ReturnType<typeof ground>;

/** What `act` is refused with, and what the operator reads of it. */
export async function failing({ incidents }: Ground, act: Promise<unknown>): Promise<string> {
  const before = incidents.length;
  // Not `rejects`, which lets nobody move the clock while it waits.
  const refusal = await act.then(
    () => "none",
    (error) => error,
  );
  expect(refusal).toMatchObject({ name: "Refusal", code: "provider_failed" });
  const [said, ...others] = incidents.slice(before);
  expect(others).toEqual([]);
  expect(said).toBeString();
  expect(said).not.toContain(client.secret);
  return said!;
}
