import type { Bound } from "./accounts/guess-limits.ts";
import { identities as keepIdentities } from "./accounts/identities.ts";
import { type NewcomersDeps, newcomers as welcomeNewcomers } from "./accounts/newcomers.ts";
import { providerVisits as visitProviders } from "./accounts/provider-visits.ts";
import type { Fetch } from "./accounts/providers/asking.ts";
import { providers as signInWith } from "./accounts/providers.ts";
import type { Sessions } from "./accounts/sessions.ts";
import type { RequireActive } from "./accounts/standing.ts";
import type { Config } from "./config.ts";
import type { Store } from "./db/store.ts";
import { spend } from "./rate-limit.ts";

export interface ProviderDoorsDeps extends Omit<NewcomersDeps, "tickets" | "within"> {
  /** Where people may sign in with an account they have elsewhere, and how to ask there. */
  providers: Config["providers"];
  fetch: Fetch;
  store: Store;
  sessions: Sessions;
  requireActive: RequireActive;
  bound: Bound;
  report(error: unknown): string;
}

/** Wires signing in with an account elsewhere. */
export function providerDoors(deps: ProviderDoorsDeps) {
  const { store, providers: settings, sessions, admission } = deps;
  const { users, factors, tickets, alerts } = store;
  const providers = signInWith(settings, { ...deps, tickets });
  const identities = keepIdentities({ ...deps, settings, factors });
  /** Bounds how often one address goes to providers and comes back. */
  const rate = deps.bound("providers", 120, 60);
  const within = (address: string) => spend(rate, address);
  const newcomers = welcomeNewcomers({ ...deps, tickets, within });
  const { system } = deps;
  return {
    offered: providers.offered,
    identities,
    newcomers,
    providerVisits: visitProviders({
      providers,
      identities,
      newcomers,
      admission,
      sessions,
      tickets,
      users,
      factors,
      alerts,
      requireActive: deps.requireActive,
      within,
      system,
    }),
  };
}
