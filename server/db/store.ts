import type { Alerts } from "./kept/alerts.ts";
import type { Audit } from "./kept/audit.ts";
import type { Conversations } from "./kept/conversations.ts";
import type { Disk } from "./kept/disk.ts";
import type { Factors } from "./kept/factors.ts";
import type { HouseKeeping } from "./kept/house.ts";
import type { Invites } from "./kept/invites.ts";
import type { Messages } from "./kept/messages.ts";
import type { Reports } from "./kept/reports.ts";
import type { Sessions } from "./kept/sessions.ts";
import type { Tickets } from "./kept/tickets.ts";
import type { Users } from "./kept/users.ts";

/**
 * Everything the program keeps, behind one narrow asynchronous door, so that another database can stand beside SQLite.
 * Times are UTC milliseconds. Every method throws Refusal("storage_full") when the disk is full, and
 * "busy" when the database cannot take it now, having changed nothing; where the answer of another machine did not come in
 * time, what was asked for may still get done.
 */
export interface Store {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly factors: Factors;
  readonly tickets: Tickets;
  readonly invites: Invites;
  readonly house: HouseKeeping;
  readonly reports: Reports;
  readonly audit: Audit;
  readonly alerts: Alerts;
  readonly conversations: Conversations;
  readonly messages: Messages;
  readonly disk: Disk;
  /** Names the incarnation of the database, as last read; changes when a backup was restored. */
  readonly epoch: string;
  close(): void | Promise<void>;
}
