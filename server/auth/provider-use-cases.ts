import type { RequireActive } from "../accounts/status.ts";
import type { Config } from "../config/environment.ts";
import type { Bound } from "../limits/guess-limits.ts";
import { spend } from "../limits/rate-limit.ts";
import type { Store } from "../store/store.ts";
import { identities as keepIdentities } from "./identities.ts";
import { pendingSignUps as keepPendingSignUps, type PendingSignUpsDeps } from "./pending-sign-ups.ts";
import { providerVisits as visitProviders } from "./provider-visits.ts";
import type { Fetch } from "./providers/asking.ts";
import { providers as signInWith } from "./providers.ts";
import type { Sessions } from "./sessions.ts";

export interface ProviderUseCasesDeps extends Omit<PendingSignUpsDeps, "tickets" | "within"> {
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
export function providerUseCases(deps: ProviderUseCasesDeps) {
  const { store, providers: settings, sessions, admission } = deps;
  const { users, factors, tickets, alerts } = store;
  const providers = signInWith(settings, { ...deps, tickets });
  const identities = keepIdentities({ ...deps, settings, factors });
  /** Bounds how often one address goes to providers and comes back. */
  const rate = deps.bound("providers", 120, 60);
  const within = (address: string) => spend(rate, address);
  const pendingSignUps = keepPendingSignUps({ ...deps, tickets, within });
  const { system } = deps;
  return {
    offered: providers.offered,
    identities,
    pendingSignUps,
    providerVisits: visitProviders({
      providers,
      identities,
      pendingSignUps,
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
