import { eq } from "drizzle-orm";
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
import { sqliteConversations } from "./conversations.ts";
import { sqliteDisk } from "./disk.ts";
import { sqliteEngine } from "./engine.ts";
import { sessionLookup, userLookup } from "./lookups.ts";
import { sqliteMessages } from "./messages.ts";
import type { Db } from "./open.ts";
import { ormOf, rowsOf } from "./orm.ts";
import { beginWithoutPendingVacuum } from "./pending-vacuum.ts";
import { meta } from "./schema.ts";
import { emptyLog, sqliteVacuum } from "./vacuum.ts";

/** The store on an open SQLite database; closing the store closes the database. */
export function sqliteStore(db: Db): Store {
  const [epoch] = rowsOf(ormOf(db).select().from(meta).where(eq(meta.key, "epoch")));
  if (!epoch) throw new Error("The database has no epoch; was a migration interrupted by hand?");
  beginWithoutPendingVacuum(db);
  const { committed, onCommit } = commitListeners();
  const engine = sqliteEngine(db, committed);
  const boundMessages = bind(engine, messages);
  return {
    users: { ...bind(engine, users), ...userLookup(db) },
    sessions: { ...bind(engine, sessions), find: sessionLookup(db) },
    factors: bind(engine, factors),
    disk: sqliteDisk(db),
    tickets: bind(engine, tickets),
    invites: bind(engine, invites),
    settings: bind(engine, settings),
    preferences: bind(engine, preferences),
    reports: bind(engine, reports),
    audit: bind(engine, audit),
    alerts: bind(engine, alerts),
    conversations: { ...bind(engine, conversations), ...sqliteConversations(db) },
    messages: {
      ...boundMessages,
      ...sqliteMessages(db),
      ...sqliteVacuum(db),
      async remove(...one) {
        const removed = await boundMessages.remove(...one);
        if (removed) emptyLog(db);
        return removed;
      },
    },
    epoch: epoch.value,
    onCommit,
    close: () => db.close(),
  };
}

/** What every request and every page of messages reads, on a connection of its own. */
export function sqliteReads(db: Db) {
  const engine = sqliteEngine(db, () => {});
  const { of } = sqliteConversations(db);
  const { head } = bind(engine, conversations);
  const { before, from, after } = sqliteMessages(db);
  const { find } = bind(engine, messages);
  return {
    users: userLookup(db),
    sessions: { find: sessionLookup(db) },
    conversations: { of, head },
    messages: { before, from, after, find },
  };
}
