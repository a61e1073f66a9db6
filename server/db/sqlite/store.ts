import { eq } from "drizzle-orm";
import type { Store } from "../store.ts";
import { sqliteConversations } from "./conversations.ts";
import { sqliteMessages } from "./messages.ts";
import type { Db } from "./open.ts";
import { meta } from "./schema.ts";
import { sqliteSessions } from "./sessions.ts";
import { sqliteUsers } from "./users.ts";

/** The store on an open SQLite database; closing the store closes the database. */
export function sqliteStore(db: Db): Store {
  const epoch = db.select().from(meta).where(eq(meta.key, "epoch")).get();
  if (!epoch) throw new Error("The database has no epoch; was a migration interrupted by hand?");
  return {
    users: sqliteUsers(db),
    sessions: sqliteSessions(db),
    conversations: sqliteConversations(db),
    messages: sqliteMessages(db),
    epoch: epoch.value,
    close: () => db.close(),
  };
}
