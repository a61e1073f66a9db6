import type { Store } from "../db/store.ts";
import type { Signals } from "./signals.ts";

/** The store, telling the other nodes to look after each change of what they keep in memory. */
export function telling(store: Store, signals: Pick<Signals, "send">): Store {
  const { users, sessions, factors, house, conversations } = store;
  const told =
    <Given extends unknown[], T>(change: (...given: Given) => Promise<T>) =>
    async (...given: Given): Promise<T> => {
      const result = await change(...given);
      signals.send({ kind: "look" });
      return result;
    };
  return {
    ...store,
    users: {
      ...users,
      create: told(users.create),
      setPassword: told(users.setPassword),
      setRole: told(users.setRole),
      handOver: told(users.handOver),
      setStanding: told(users.setStanding),
      mute: told(users.mute),
      remove: told(users.remove),
    },
    sessions: {
      ...sessions,
      bind: told(sessions.bind),
      renew: told(sessions.renew),
      remove: told(sessions.remove),
      removeOthers: told(sessions.removeOthers),
    },
    factors: {
      ...factors,
      setTotp: told(factors.setTotp),
      setRecoveryCodes: told(factors.setRecoveryCodes),
      removeTotp: told(factors.removeTotp),
      addPasskey: told(factors.addPasskey),
      removePasskey: told(factors.removePasskey),
    },
    house: { ...house, write: told(house.write) },
    conversations: { ...conversations, markRead: told(conversations.markRead) },
    get epoch() {
      return store.epoch;
    },
    close: () => store.close(),
  };
}
