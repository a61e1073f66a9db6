import type { Act } from "./db/kept/audit.ts";
import type { Store } from "./db/store.ts";

/**
 * The store, handing each act to the security log once it is taken: after the transaction, and not where nothing was changed,
 * as the audit log has it.
 */
export function loggedStore(store: Store, write: (act: Act) => void): Store {
  const { users, sessions, factors, tickets, invites, house, reports, messages, audit } = store;

  /** `as` says what the store has added to the act. */
  const told =
    <Given extends unknown[], T>(
      change: (...given: Given) => Promise<T>,
      as: (act: Act, result: NonNullable<T>) => Act = (act) => act,
    ) =>
    async (...given: Given): Promise<T> => {
      const result = await change(...given);
      const act = given.map(actIn).find((found) => found !== undefined);
      if (act && changed(result)) write(as(act, result as NonNullable<T>));
      return result;
    };

  return {
    ...store,
    users: {
      ...users,
      create: told(users.create, (act, { id }) => ({ ...act, actorId: id, subjectId: id })),
      setPassword: told(users.setPassword),
      setRole: told(users.setRole),
      handOver: told(users.handOver),
      setStanding: told(users.setStanding),
      mute: told(users.mute),
      remove: told(users.remove),
    },
    sessions: {
      ...sessions,
      create: told(sessions.create),
      renew: told(sessions.renew),
      remove: told(sessions.remove),
      removeOthers: told(sessions.removeOthers),
    },
    factors: {
      ...factors,
      setTotp: told(factors.setTotp),
      removeTotp: told(factors.removeTotp),
      setRecoveryCodes: told(factors.setRecoveryCodes),
      useRecoveryCode: told(factors.useRecoveryCode),
      addPasskey: told(factors.addPasskey),
      removePasskey: told(factors.removePasskey),
      addIdentity: told(factors.addIdentity),
      removeIdentity: told(factors.removeIdentity),
    },
    tickets: { ...tickets, put: told(tickets.put) },
    invites: {
      ...invites,
      create: told(invites.create, (act, { id }) => ({ ...act, detail: { ...act.detail, invite: id } })),
      revoke: told(invites.revoke),
    },
    house: { ...house, write: told(house.write) },
    reports: { ...reports, add: told(reports.add), settle: told(reports.settle) },
    messages: { ...messages, remove: told(messages.remove) },
    audit: { ...audit, add: told(audit.add) },
    get epoch() {
      return store.epoch;
    },
    close: () => store.close(),
  };
}

/** A method that has changed nothing says so by what it gives. */
const changed = (result: unknown): boolean => result !== false && result !== null && result !== 0;

/** The act that is given, by itself or among what comes with a new account. */
function actIn(given: unknown): Act | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  if ("event" in given && "actorId" in given) return given as Act;
  return "act" in given ? actIn(given.act) : undefined;
}
