import type { Alerts } from "./alerts.ts";
import type { Audit } from "./audit.ts";
import type { CommitListener } from "./commit-listeners.ts";
import type { Conversations } from "./conversations.ts";
import type { Disk } from "./disk.ts";
import type { Factors } from "./factors.ts";
import type { Invites } from "./invites.ts";
import type { Messages } from "./messages.ts";
import type { PreferencesStore } from "./preferences.ts";
import type { Reports } from "./reports.ts";
import type { Sessions } from "./sessions.ts";
import type { SettingsStore } from "./settings.ts";
import type { Tickets } from "./tickets.ts";
import type { Users } from "./users.ts";

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
  readonly settings: SettingsStore;
  readonly preferences: PreferencesStore;
  readonly reports: Reports;
  readonly audit: Audit;
  readonly alerts: Alerts;
  readonly conversations: Conversations;
  readonly messages: Messages;
  readonly disk: Disk;
  /** Names the incarnation of the database, as last read; changes when a backup was restored. */
  readonly epoch: string;
  /**
   * Has `listener` called for each commit of this process, after it is stored and before whoever asked for it has the answer, in
   * the order in which listeners came; gives the function that ends that.
   */
  onCommit(listener: CommitListener): () => void;
  close(): void | Promise<void>;
}
