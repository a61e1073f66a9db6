import { alerts } from "../alerts.ts";
import { audit } from "../audit.ts";
import { commitListeners } from "../commit-listeners.ts";
import { conversations } from "../conversations.ts";
import { factors } from "../factors.ts";
import { invites } from "../invites.ts";
import { messages } from "../messages.ts";
import { preferences } from "../preferences.ts";
import { reports } from "../reports.ts";
import { sessions } from "../sessions.ts";
import { settings } from "../settings.ts";
import type { Store } from "../store.ts";
import { tickets } from "../tickets.ts";
import { bind } from "../transaction.ts";
import { users } from "../users.ts";
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
  const engine = postgresEngine(db, author, committed);
  const waits = semaphore(db.connections);
  const boundUsers = bind(engine, users);
  const boundSessions = bind(engine, sessions);
  const { of, markRead } = postgresConversations(db, author);
  const { append, before, from, after } = postgresMessages(db);
  return {
    users: { ...boundUsers, byId: waits(boundUsers.byId), byName: waits(boundUsers.byName) },
    sessions: { ...boundSessions, find: waits(boundSessions.find) },
    factors: bind(engine, factors),
    disk: postgresDisk(db),
    tickets: bind(engine, tickets),
    invites: bind(engine, invites),
    settings: bind(engine, settings),
    preferences: bind(engine, preferences),
    reports: bind(engine, reports),
    audit: bind(engine, audit),
    alerts: bind(engine, alerts),
    conversations: { ...bind(engine, conversations), of: waits(of), markRead },
    messages: {
      ...bind(engine, messages),
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
