import { accounts as keepAccounts } from "./accounts/accounts.ts";
import type { MakeAct } from "./accounts/act.ts";
import { administration as administer } from "./accounts/administration.ts";
import { admission as admit } from "./accounts/admission.ts";
import { alerts as keepAlerts } from "./accounts/alerts.ts";
import { auditTrail } from "./accounts/audit-trail.ts";
import { devices as keepDevices } from "./accounts/devices.ts";
import { type Bound, guessLimits } from "./accounts/guess-limits.ts";
import type { HashPool } from "./accounts/hash-pool.ts";
import type { HouseKeeper } from "./accounts/house.ts";
import { invitations as invite } from "./accounts/invites.ts";
import { knownDevices } from "./accounts/known-devices.ts";
import { linkTokens } from "./accounts/link-tokens.ts";
import { moderation as moderate } from "./accounts/moderation.ts";
import { newAccounts as makeAccounts } from "./accounts/new-accounts.ts";
import { newPasswords, type Strength } from "./accounts/new-passwords.ts";
import { news as keepNews } from "./accounts/news.ts";
import { ownData as keepOwnData } from "./accounts/own-data.ts";
import { passkeys as keepPasskeys } from "./accounts/passkeys.ts";
import { passwords as keepPasswords } from "./accounts/passwords.ts";
import type { People } from "./accounts/people.ts";
import { proofs as takeProofs } from "./accounts/proof.ts";
import { reports as keepReports } from "./accounts/reports.ts";
import { resets as reset } from "./accounts/resets.ts";
import { sealer as sealWith } from "./accounts/sealed.ts";
import { secondFactor as keepSecondFactor } from "./accounts/second-factor.ts";
import type { Sessions } from "./accounts/sessions.ts";
import { settingUp as setUp } from "./accounts/set-up.ts";
import { requiringActive } from "./accounts/standing.ts";
import type { Broker } from "./broker/broker.ts";
import { userTopic } from "./broker/topics.ts";
import type { Config } from "./config.ts";
import type { CommitLoop } from "./conversations/commit-loop.ts";
import type { Erasure } from "./conversations/erasure.ts";
import type { Store } from "./db/store.ts";
import { type DoorDeps, door as doorOf } from "./http/door.ts";
import type { DoorRoutesDeps } from "./http/routes.ts";
import type { ChatEvent } from "./protocol/events.ts";
import { type ProviderDoorsDeps, providerDoors } from "./provider-doors.ts";
import type { Connections } from "./realtime/connections.ts";
import type { Secrets } from "./secrets.ts";
import type { System } from "./system.ts";

export interface DoorsDeps extends Pick<ProviderDoorsDeps, "providers" | "fetch"> {
  store: Store;
  secrets: Secrets;
  people: People;
  sessions: Sessions;
  connections: Connections;
  house: HouseKeeper;
  commits: CommitLoop;
  broker: Broker;
  pool: HashPool;
  bound: Bound;
  act: MakeAct;
  strength: Strength;
  /** Takes an event to the devices that a user has on other nodes. */
  tellOthers(userId: number, event: ChatEvent): void;
  erasing: Erasure;
  limits: Config["limits"];
  system: System;
  report(error: unknown): string;
  refused: DoorDeps["refused"];
}

/** Wires who gets in, how, and what they may do: all that the routes need beside the server itself. */
export function doors(deps: DoorsDeps): Omit<DoorRoutesDeps, "origins" | "report"> {
  const { store, secrets, people, sessions, connections, house, commits, broker, bound, act, system } = deps;
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
  const requireActive = requiringActive(store.audit, act);
  const hashNew = newPasswords(passwords, deps.strength, house);
  const admission = admit({ invites: store.invites, house, tokens, bound, system });
  const news = keepNews(tellUser, system.now);
  const newAccounts = makeAccounts({ users: store.users, people, admission, hashNew, act, broker, system });
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
    kept: store.sessions,
    act,
    broker,
    system,
    erase,
  });
  const { offered, ...providers } = providerDoors({ ...deps, admission, newAccounts, requireActive });
  const door = doorOf({
    accounts,
    sessions,
    factors: store.factors,
    devices,
    connections,
    house,
    news,
    act,
    refused: deps.refused,
    providers: offered,
  });

  const secondFactor = keepSecondFactor({
    factors: store.factors,
    tickets: store.tickets,
    sessions: store.sessions,
    audit: store.audit,
    sealer: sealWith(secrets.pepper, system),
    house,
    guesses,
    bound,
    news,
    act,
    system,
  });
  const proofs = takeProofs({ accounts, secondFactor, users: store.users, audit: store.audit, act });

  const epoch = () => store.epoch;
  const settingUp = setUp({ epoch, house, tokens, newAccounts, hashNew, bound, act, limits: deps.limits });
  const invitations = invite({ invites: store.invites, admission, tokens, people, bound, act, system });
  const resets = reset({
    users: store.users,
    tickets: store.tickets,
    people,
    hashNew,
    secondFactor,
    requireActive,
    bound,
    act,
    system,
  });

  const alerts = keepAlerts({ alerts: store.alerts, bound, tellUser, system });

  const deedRate = bound("deeds", 60, 60);
  const administration = administer({
    users: store.users,
    sessions: store.sessions,
    people,
    deedRate,
    act,
    broker,
    system,
    erase,
  });
  const moderation = moderate({ users: store.users, people, deedRate, act, broker, system });
  const reports = keepReports({
    reports: store.reports,
    messages: store.messages,
    people,
    change: commits.change,
    tellUser,
    bound,
    act,
    system,
  });
  const trail = auditTrail({ store, act, report: deps.report });

  const passkeys = keepPasskeys({
    users: store.users,
    factors: store.factors,
    identities: providers.identities,
    tickets: store.tickets,
    audit: store.audit,
    alerts: store.alerts,
    house,
    requireActive,
    pepper: secrets.pepper,
    act,
    system,
  });
  const ownDevices = keepDevices({ kept: store.sessions, sessions, bound, act });
  const ownData = keepOwnData(deps);

  return {
    secondFactor,
    proofs,
    passkeys,
    passkeyRate: bound("passkeys", 60, 30),
    ...providers,
    ownDevices,
    ownData,
    settingUp,
    invitations,
    resets,
    alerts,
    administration,
    moderation,
    reports,
    house,
    trail,
    accounts,
    newAccounts,
    sessions,
    connections,
    news,
    act,
    door,
  };
}
