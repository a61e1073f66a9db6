import type { Store } from "../store/store.ts";
import type { Signals } from "./signals.ts";

/** The store, telling the other nodes to look after each change of what they keep in memory. */
export function nudging(store: Store, signals: Pick<Signals, "send">): Store {
  const { users, sessions, factors, settings, conversations } = store;
  const nudged =
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
      create: nudged(users.create),
      setPassword: nudged(users.setPassword),
      setRole: nudged(users.setRole),
      handOver: nudged(users.handOver),
      setStatus: nudged(users.setStatus),
      mute: nudged(users.mute),
      remove: nudged(users.remove),
    },
    sessions: {
      ...sessions,
      bind: nudged(sessions.bind),
      renew: nudged(sessions.renew),
      remove: nudged(sessions.remove),
      removeOthers: nudged(sessions.removeOthers),
    },
    factors: {
      ...factors,
      setTotp: nudged(factors.setTotp),
      setRecoveryCodes: nudged(factors.setRecoveryCodes),
      removeTotp: nudged(factors.removeTotp),
      addPasskey: nudged(factors.addPasskey),
      removePasskey: nudged(factors.removePasskey),
    },
    settings: { ...settings, write: nudged(settings.write) },
    conversations: { ...conversations, markRead: nudged(conversations.markRead) },
    get epoch() {
      return store.epoch;
    },
    close: () => store.close(),
  };
}
