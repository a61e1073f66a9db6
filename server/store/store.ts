import { alerts } from "./alerts.ts";
import { audit } from "./audit.ts";
import type { CommitListener } from "./commit-listeners.ts";
import { conversations, type NativeConversations } from "./conversations.ts";
import type { Disk } from "./disk.ts";
import { factors } from "./factors.ts";
import { invites } from "./invites.ts";
import { messages, type NativeMessages } from "./messages.ts";
import { preferences } from "./preferences.ts";
import { reports } from "./reports.ts";
import { rooms } from "./rooms.ts";
import { sessions } from "./sessions.ts";
import { settings } from "./settings.ts";
import { tickets } from "./tickets.ts";
import { bind, type Engine } from "./transaction.ts";
import { users } from "./users.ts";

/**
 * Everything the program keeps, behind one narrow asynchronous door, so that another database can stand beside SQLite.
 * Times are UTC milliseconds. Every method throws Refusal("storage_full") when the disk is full, and
 * "busy" when the database cannot take it now, having changed nothing; where the answer of another machine did not come in
 * time, what was asked for may still get done.
 */
export interface Store extends Readonly<ReturnType<typeof areasOn>> {
  readonly conversations: NativeConversations & ReturnType<typeof areasOn>["conversations"];
  readonly messages: NativeMessages & ReturnType<typeof areasOn>["messages"];
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

/** All that is written once for both databases, on an engine. */
export const areasOn = (engine: Engine) => ({
  users: bind(engine, users),
  sessions: bind(engine, sessions),
  factors: bind(engine, factors),
  tickets: bind(engine, tickets),
  invites: bind(engine, invites),
  settings: bind(engine, settings),
  preferences: bind(engine, preferences),
  reports: bind(engine, reports),
  audit: bind(engine, audit),
  alerts: bind(engine, alerts),
  conversations: bind(engine, conversations),
  messages: bind(engine, messages),
  rooms: bind(engine, rooms),
});
