import { commitListeners } from "../commit-listeners.ts";
import { areasOn, type Store } from "../store.ts";
import type { Author } from "./cluster-events.ts";
import { postgresConversations } from "./conversations.ts";
import { postgresDisk } from "./disk.ts";
import { postgresEngine } from "./engine.ts";
import { postgresMessages } from "./messages.ts";
import type { Db } from "./open.ts";
import { postgresVacuum } from "./pending-vacuum.ts";
import { semaphore } from "./semaphore.ts";

/** The store on an open PostgreSQL database, for the node named `origin`; closing the store closes the database. */
export function postgresStore(db: Db, author: Author): Store {
  const { committed, onCommit } = commitListeners();
  const areas = areasOn(postgresEngine(db, author, committed));
  const waits = semaphore(db.connections);
  const { of, markRead } = postgresConversations(db, author, committed);
  const { append, before, from, after } = postgresMessages(db);
  return {
    ...areas,
    users: { ...areas.users, byId: waits(areas.users.byId), byName: waits(areas.users.byName) },
    sessions: { ...areas.sessions, find: waits(areas.sessions.find) },
    disk: postgresDisk(db),
    conversations: { ...areas.conversations, of: waits(of), markRead },
    messages: {
      ...areas.messages,
      ...postgresVacuum(db),
      append,
      before: waits(before),
      from: waits(from),
      after: waits(after),
    },
    get epoch() {
      return db.epoch;
    },
    onCommit,
    close: () => db.close(),
  };
}
