/** Every act that the audit log knows, by what it is called there and in the security log. */
export const auditEvents = [
  "house.set up",
  "house.changed",
  "house.handed over",
  "account.registered",
  "account.deleted",
  "account.exported",
  "session.began",
  "session.refused",
  "session.ended",
  "session.others ended",
  "session.proven",
  "password.changed",
  "password.reset link made",
  "password.reset",
  "code.added",
  "code.removed",
  "recovery.renewed",
  "recovery.used",
  "passkey.added",
  "passkey.removed",
  "provider.linked",
  "provider.unlinked",
  "invite.made",
  "invite.revoked",
  "person.role changed",
  "person.suspended",
  "person.banned",
  "person.restored",
  "person.muted",
  "person.unmuted",
  "person.sessions ended",
  "person.deleted",
  "message.deleted",
  "message.reported",
  "report.settled",
  "room.person removed",
  "room.archived",
  "room.restored",
  "audit.exported",
] as const;
export type AuditEvent = (typeof auditEvents)[number];

/** What tells who reported a message; the subject is its author. */
export const reportEvents: readonly AuditEvent[] = ["message.reported", "report.settled"];

/** A line of the audit log. People are named by their ids; times are UTC milliseconds. */
export interface AuditEntry {
  id: number;
  at: number;
  event: AuditEvent;
  /** Who did it; null for who is not known, such as a guesser. */
  actorId: number | null;
  /** To whom it was done, where it is somebody else. */
  subjectId: number | null;
  address: string | null;
  /** Facts of this kind of act: no secret, no text of a message. */
  detail: Record<string, string | number | boolean | null>;
}

/** How long lines are kept, in milliseconds: a year. */
export const auditKeepMs = 365 * 24 * 60 * 60 * 1000;
