import { eq } from "drizzle-orm";
import { commitListeners } from "../commit-listeners.ts";
import { areasOn, type Store } from "../store.ts";
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
  const areas = areasOn(sqliteEngine(db, committed));
  return {
    ...areas,
    users: { ...areas.users, ...userLookup(db) },
    sessions: { ...areas.sessions, find: sessionLookup(db) },
    disk: sqliteDisk(db),
    conversations: { ...areas.conversations, ...sqliteConversations(db, committed) },
    messages: {
      ...areas.messages,
      ...sqliteMessages(db),
      ...sqliteVacuum(db),
      async remove(...one) {
        const removed = await areas.messages.remove(...one);
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
  const areas = areasOn(sqliteEngine(db, () => {}));
  const { of } = sqliteConversations(db);
  const { head } = areas.conversations;
  const { before, from, after } = sqliteMessages(db);
  const { find } = areas.messages;
  return {
    users: userLookup(db),
    sessions: { find: sessionLookup(db) },
    conversations: { of, head },
    messages: { before, from, after, find },
  };
}
