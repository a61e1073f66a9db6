import { alerts } from "./alerts.ts";
import { audit } from "./audit.ts";
import { conversations } from "./conversations.ts";
import { factors } from "./factors.ts";
import { invites } from "./invites.ts";
import { messages } from "./messages.ts";
import { preferences } from "./preferences.ts";
import { reports } from "./reports.ts";
import { sessions } from "./sessions.ts";
import { settings } from "./settings.ts";
import { tickets } from "./tickets.ts";
import { bind, type Engine } from "./transaction.ts";
import { users } from "./users.ts";

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
});
