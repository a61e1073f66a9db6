import { describe } from "bun:test";
import { accountSuite } from "./accounts.ts";
import { alertSuite } from "./alerts.ts";
import { appendSuite } from "./append.ts";
import { auditSuite } from "./audit.ts";
import { auditEntrySuite } from "./audit-entries.ts";
import { authoritySuite } from "./authority.ts";
import { changeSuite } from "./changes.ts";
import { conversationSuite } from "./conversations.ts";
import { diskSuite } from "./disk.ts";
import { eventSuite } from "./events.ts";
import { factorSuite } from "./factors.ts";
import type { OpenGround } from "./ground.ts";
import { identitySuite } from "./identities.ts";
import { inviteSuite } from "./invites.ts";
import { modelSuite } from "./model.ts";
import { newAccountSuite } from "./new-accounts.ts";
import { pageSuite } from "./pages.ts";
import { passkeySuite } from "./passkeys.ts";
import { peopleSuite } from "./people.ts";
import { preferencesSuite } from "./preferences.ts";
import { removalSuite } from "./removal.ts";
import { removedUserSuite } from "./removed-users.ts";
import { reportSuite } from "./reports.ts";
import { requiredCredentialsSuite } from "./required-credentials.ts";
import { roomSuite } from "./rooms.ts";
import { sessionSuite } from "./sessions.ts";
import { settingsSuite } from "./settings.ts";
import { ticketSuite } from "./tickets.ts";
import { transactionSuite } from "./transactions.ts";

/** What every kind of store must do, whole: a new part is added here, and every kind has to pass it. */
export function storeSuite(kind: string, open: OpenGround, { modelRuns }: { modelRuns: number }): void {
  const parts: Record<string, (open: OpenGround) => void> = {
    messages: appendSuite,
    "messages, by the rules": (fresh) => modelSuite(fresh, modelRuns),
    "deleted messages": removalSuite,
    "messages that change": changeSuite,
    rooms: roomSuite,
    pages: pageSuite,
    conversations: conversationSuite,
    accounts: accountSuite,
    "new accounts": newAccountSuite,
    "deleted accounts": removedUserSuite,
    people: peopleSuite,
    "what is done to people": authoritySuite,
    sessions: sessionSuite,
    "second factors": factorSuite,
    passkeys: passkeySuite,
    "accounts at providers": identitySuite,
    "the last way in": requiredCredentialsSuite,
    disk: diskSuite,
    tickets: ticketSuite,
    invitations: inviteSuite,
    settings: settingsSuite,
    preferences: preferencesSuite,
    reports: reportSuite,
    "audit log": auditSuite,
    alerts: alertSuite,
    "acts and their lines": auditEntrySuite,
    events: eventSuite,
    transactions: transactionSuite,
  };
  for (const [part, suite] of Object.entries(parts)) describe(`${kind}: ${part}`, () => suite(open));
}
