import type { Store } from "../db/store.ts";
import type { Signals } from "./signals.ts";

/** The store, telling the other nodes to look after each change of what they keep in memory. */
export function telling(store: Store, signals: Pick<Signals, "send">): Store {
  const { users, sessions, conversations, messages } = store;
  const told =
    <Given extends unknown[], T>(change: (...given: Given) => Promise<T>) =>
    async (...given: Given): Promise<T> => {
      const result = await change(...given);
      signals.send({ kind: "look" });
      return result;
    };
  return {
    users: {
      ...users,
      create: told(users.create),
      setPassword: told(users.setPassword),
      remove: told(users.remove),
    },
    sessions: { ...sessions, remove: told(sessions.remove) },
    conversations: { ...conversations, markRead: told(conversations.markRead) },
    messages,
    get epoch() {
      return store.epoch;
    },
    close: () => store.close(),
  };
}
