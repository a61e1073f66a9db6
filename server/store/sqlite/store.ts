import { eq } from "drizzle-orm";
import type { Store } from "../store.ts";
import { sqliteAlerts } from "./alerts.ts";
import { sqliteAudit } from "./audit.ts";
import { sqliteConversations } from "./conversations.ts";
import { sqliteDisk } from "./disk.ts";
import { sqliteFactors } from "./factors.ts";
import { sqliteInvites } from "./invites.ts";
import { sqliteMessages } from "./messages.ts";
import type { Db } from "./open.ts";
import { beginWithoutPendingVacuum } from "./pending-vacuum.ts";
import { sqliteReports } from "./reports.ts";
import { meta } from "./schema.ts";
import { sqliteSessions } from "./sessions.ts";
import { sqliteSettings } from "./settings.ts";
import { sqliteTickets } from "./tickets.ts";
import { sqliteUsers } from "./users.ts";

/** The store on an open SQLite database; closing the store closes the database. */
export function sqliteStore(db: Db): Store {
  const epoch = db.select().from(meta).where(eq(meta.key, "epoch")).get();
  if (!epoch) throw new Error("The database has no epoch; was a migration interrupted by hand?");
  beginWithoutPendingVacuum(db);
  return {
    users: sqliteUsers(db),
    sessions: sqliteSessions(db),
    factors: sqliteFactors(db),
    disk: sqliteDisk(db),
    tickets: sqliteTickets(db),
    invites: sqliteInvites(db),
    settings: sqliteSettings(db),
    reports: sqliteReports(db),
    audit: sqliteAudit(db),
    alerts: sqliteAlerts(db),
    conversations: sqliteConversations(db),
    messages: sqliteMessages(db),
    epoch: epoch.value,
    close: () => db.close(),
  };
}
