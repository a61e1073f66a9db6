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
import type { Connections } from "./realtime/connections.ts";
import type { Store } from "./store/store.ts";
import type { System } from "./system.ts";

export interface UseCasesDeps {
  store: Store;
  secrets: Secrets;
  people: People;
  memberships: Memberships;
  sessions: Sessions;
  connections: Connections;
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
  const {
    store,
    secrets,
    people,
    sessions,
    connections,
    settings,
    commits,
    broker,
    bound,
    auditEntry,
    system,
  } = deps;
  const erase = () => void deps.erasing.run();

  /** Takes an event to all devices of a user, wherever they are connected. */
  function tellUser(userId: number, event: ChatEvent) {
    const name = people.nameOf(userId);
    if (name === null) return;
    broker.publish(userTopic(name), [event]);
    deps.tellOthers(userId, event);
  }

  const tokens = linkTokens(secrets.pepper);
  const devices = knownDevices(secrets.pepper);
  const passwords = keepPasswords(deps.pool, secrets.pepper);
  const guesses = guessLimits(bound);
  const requireActive = requiringActive(store.audit, auditEntry);
  const hashNew = newPasswords(passwords, deps.strength, settings);
  const admission = admit({ invites: store.invites, settings, tokens, bound, system });
  const news = keepNews(tellUser, system.now);
  const newAccounts = makeAccounts({
    users: store.users,
    admission,
    hashNew,
    auditEntry,
    system,
  });
  const accounts = keepAccounts({
    users: store.users,
    audit: store.audit,
    people,
    passwords,
    hashNew,
    guesses,
    devices,
    sessions,
    requireActive,
    sessionStore: store.sessions,
    auditEntry,
    system,
    erase,
  });

  const { users, factors, tickets } = store;
  const providers = signInWith(deps.providers, { ...deps, tickets });
  const identities = keepIdentities({ ...deps, settings: deps.providers, factors });
  const providerRate = bound("providers", 120, 60);
  const within = (address: string) => spend(providerRate, address);
  const pendingSignUps = keepPendingSignUps({ tickets, admission, newAccounts, auditEntry, system, within });
  const providerVisits = visitProviders({
    providers,
    identities,
    pendingSignUps,
    admission,
    sessions,
    tickets,
    users,
    factors,
    alerts: store.alerts,
    requireActive,
    within,
    system,
  });

  const login = loginOf({
    accounts,
    sessions,
    factors: store.factors,
    devices,
    settings,
    news,
    auditEntry,
    refused: deps.refused,
    providers: providers.offered,
  });

  const secondFactor = keepSecondFactor({
    factors: store.factors,
    tickets: store.tickets,
    sessions: store.sessions,
    audit: store.audit,
    sealer: sealWith(secrets.pepper, system),
    settings,
    guesses,
    bound,
    news,
    auditEntry,
    system,
  });
  const proofs = takeProofs({ accounts, secondFactor, users: store.users, audit: store.audit, auditEntry });

  const epoch = () => store.epoch;
  const settingUp = setUp({
    epoch,
    settings,
    tokens,
    newAccounts,
    hashNew,
    bound,
    auditEntry,
    limits: deps.limits,
  });
  const invitations = invite({
    invites: store.invites,
    admission,
    tokens,
    people,
    bound,
    auditEntry,
    system,
  });
  const resets = reset({
    users: store.users,
    tickets: store.tickets,
    people,
    hashNew,
    secondFactor,
    news,
    requireActive,
    bound,
    auditEntry,
    system,
  });

  const alerts = keepAlerts({ alerts: store.alerts, bound, tellUser, system });

  const moderationRate = bound("deeds", 60, 60);
  const administration = administer({
    users: store.users,
    sessions: store.sessions,
    people,
    moderationRate,
    auditEntry,
    system,
    erase,
  });
  const moderation = moderate({ users: store.users, people, moderationRate, auditEntry, system });
  const reports = keepReports({
    reports: store.reports,
    messages: store.messages,
    people,
    memberships: deps.memberships,
    change: commits.change,
    tellUser,
    bound,
    auditEntry,
    system,
  });
  const trail = auditTrail({ store, auditEntry, report: deps.report });

  const passkeys = keepPasskeys({
    users: store.users,
    factors: store.factors,
    identities,
    tickets: store.tickets,
    audit: store.audit,
    alerts: store.alerts,
    settings,
    requireActive,
    pepper: secrets.pepper,
    auditEntry,
    system,
  });
  const ownDevices = keepDevices({ sessionStore: store.sessions, sessions, bound, auditEntry });
  const dataExport = dataExports(deps);

  return {
    secondFactor,
    proofs,
    passkeys,
    passkeyRate: bound("passkeys", 60, 30),
    identities,
    pendingSignUps,
    providerVisits,
    ownDevices,
    dataExport,
    settingUp,
    invitations,
    resets,
    alerts,
    changePreferences: changingPreferences({ preferences: store.preferences, bound }),
    administration,
    moderation,
    reports,
    settings,
    trail,
    accounts,
    newAccounts,
    sessions,
    connections,
    news,
    auditEntry,
    login,
  };
}
