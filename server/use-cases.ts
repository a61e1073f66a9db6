import { accounts as keepAccounts } from "./accounts/accounts.ts";
import { admission as admit } from "./accounts/admission.ts";
import { alerts as keepAlerts } from "./accounts/alerts.ts";
import type { People } from "./accounts/directory.ts";
import { invitations as invite } from "./accounts/invites.ts";
import { newAccounts as makeAccounts } from "./accounts/new-accounts.ts";
import { news as keepNews } from "./accounts/news.ts";
import { changingPreferences } from "./accounts/preferences.ts";
import { settingUp as setUp } from "./accounts/set-up.ts";
import type { LiveSettings } from "./accounts/settings.ts";
import { requiringActive } from "./accounts/status.ts";
import { devices as keepDevices } from "./auth/devices.ts";
import type { HashPool } from "./auth/hash-pool.ts";
import { identities as keepIdentities } from "./auth/identities.ts";
import { knownDevices } from "./auth/known-devices.ts";
import { linkTokens } from "./auth/link-tokens.ts";
import { newPasswords, type Strength } from "./auth/new-passwords.ts";
import { passkeys as keepPasskeys } from "./auth/passkeys.ts";
import { passwords as keepPasswords } from "./auth/passwords.ts";
import { pendingSignUps as keepPendingSignUps } from "./auth/pending-sign-ups.ts";
import { proofs as takeProofs } from "./auth/proof.ts";
import { providerVisits as visitProviders } from "./auth/provider-visits.ts";
import type { Fetch } from "./auth/providers/asking.ts";
import { providers as signInWith } from "./auth/providers.ts";
import { resets as reset } from "./auth/resets.ts";
import { sealer as sealWith } from "./auth/sealed.ts";
import { secondFactor as keepSecondFactor } from "./auth/second-factor.ts";
import type { Sessions } from "./auth/sessions.ts";
import type { Broker } from "./broker/broker.ts";
import { userTopic } from "./broker/topics.ts";
import type { Config } from "./config/environment.ts";
import type { Secrets } from "./config/secrets.ts";
import { dataExport as dataExports } from "./export/data-export.ts";
import { type LoginDeps, login as loginOf } from "./http/login.ts";
import type { UseCaseRoutesDeps } from "./http/routes.ts";
import { type Bound, guessLimits } from "./limits/guess-limits.ts";
import { spend } from "./limits/rate-limit.ts";
import type { CommitLoop } from "./messages/commit-loop.ts";
import type { Erasure } from "./messages/erasure.ts";
import type { Memberships } from "./messages/memberships.ts";
import { moderation as moderate } from "./moderation/actions.ts";
import { administration as administer } from "./moderation/administration.ts";
import type { MakeAuditEntry } from "./moderation/audit-entry.ts";
import { auditTrail } from "./moderation/audit-log.ts";
import { reports as keepReports } from "./moderation/reports.ts";
import type { ChatEvent } from "./protocol/events.ts";
import type { Store } from "./store/store.ts";
import type { System } from "./system.ts";

export interface UseCasesDeps {
  store: Store;
  secrets: Secrets;
  people: People;
  memberships: Memberships;
  sessions: Sessions;
  settings: LiveSettings;
  commits: CommitLoop;
  broker: Broker;
  pool: HashPool;
  bound: Bound;
  auditEntry: MakeAuditEntry;
  strength: Strength;
  /** Takes an event to the devices that a user has on other nodes. */
  tellOthers(userId: number, event: ChatEvent): void;
  erasing: Erasure;
  limits: Config["limits"];
  /** Where people may sign in with an account they have elsewhere. */
  providers: Config["providers"];
  /** Asks those providers. */
  fetch: Fetch;
  system: System;
  report(error: unknown): string;
  refused: LoginDeps["refused"];
}

/** Wires who gets in, how, and what they may do: all that the routes need beside the server itself. */
export function useCases(deps: UseCasesDeps): Omit<UseCaseRoutesDeps, "report"> {
  const { store, secrets, people, settings, broker, bound, auditEntry, system } = deps;
  const { users, factors, tickets, audit, alerts } = store;

  /** Takes an event to all devices of a user, wherever they are connected. */
  function tellUser(userId: number, event: ChatEvent) {
    const name = people.nameOf(userId);
    if (name === null) return;
    broker.publish(userTopic(name), [event]);
    deps.tellOthers(userId, event);
  }

  const tokens = linkTokens(secrets.pepper);
  const passwords = keepPasswords(deps.pool, secrets.pepper);
  const providerRate = bound("providers", 120, 60);
  // What the parts are made of: each takes what its own interface names.
  const given = {
    ...deps,
    users,
    factors,
    tickets,
    audit,
    alerts,
    tokens,
    passwords,
    tellUser,
    devices: knownDevices(secrets.pepper),
    guesses: guessLimits(bound),
    requireActive: requiringActive(audit, auditEntry),
    hashNew: newPasswords(passwords, deps.strength, settings),
    news: keepNews(tellUser, system.now),
    moderationRate: bound("deeds", 60, 60),
    erase: () => void deps.erasing.run(),
    within: (address: string) => spend(providerRate, address),
  };
  const { invites, reports, messages, preferences } = store;
  const admission = admit({ ...given, invites });
  const newAccounts = makeAccounts({ ...given, admission });
  const accounts = keepAccounts({ ...given, sessionStore: store.sessions });

  const providers = signInWith(deps.providers, given);
  const identities = keepIdentities({ ...given, settings: deps.providers });
  const pendingSignUps = keepPendingSignUps({ ...given, admission, newAccounts });
  const sealer = sealWith(secrets.pepper, system);
  const secondFactor = keepSecondFactor({ ...given, sealer });

  return {
    settings,
    sessions: deps.sessions,
    auditEntry,
    news: given.news,
    accounts,
    newAccounts,
    login: loginOf({ ...given, accounts, providers: providers.offered }),
    identities,
    pendingSignUps,
    providerVisits: visitProviders({ ...given, providers, identities, pendingSignUps, admission }),
    secondFactor,
    passkeys: keepPasskeys({ ...given, identities, pepper: secrets.pepper }),
    passkeyRate: bound("passkeys", 60, 30),
    proofs: takeProofs({ ...given, accounts, secondFactor }),
    resets: reset({ ...given, secondFactor }),
    ownDevices: keepDevices({ ...given, sessionStore: store.sessions }),
    dataExport: dataExports(deps),
    settingUp: setUp({ ...given, newAccounts, epoch: () => store.epoch }),
    invitations: invite({ ...given, invites, admission }),
    alerts: keepAlerts(given),
    changePreferences: changingPreferences({ preferences, bound }),
    administration: administer({ ...given, sessions: store.sessions }),
    moderation: moderate(given),
    reports: keepReports({ ...given, reports, messages, change: deps.commits.change }),
    trail: auditTrail(deps),
  };
}
