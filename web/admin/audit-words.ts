import type { AuditEntry, AuditEvent } from "../../server/protocol/audit.ts";

/** What happened, in a few words that follow the name of the actor. NAME stands for the person concerned. */
const words: Record<AuditEvent, string> = {
  "house.set up": "set the chat up",
  "house.changed": "changed the settings",
  "house.handed over": "handed the chat over to NAME",
  "account.registered": "made an account",
  "account.deleted": "deleted their account",
  "account.exported": "exported their data",
  "session.began": "logged in",
  "session.refused": "did not get in as NAME",
  "session.ended": "logged out a device",
  "session.others ended": "logged out their other devices",
  "session.proven": "confirmed who they are",
  "password.changed": "changed their password",
  "password.reset link made": "made a password reset link for NAME",
  "password.reset": "chose a new password by a reset link",
  "code.added": "turned two-step login on",
  "code.removed": "turned two-step login off",
  "recovery.renewed": "made new recovery codes",
  "recovery.used": "used a recovery code",
  "passkey.added": "added a passkey",
  "passkey.removed": "removed a passkey",
  "provider.linked": "linked an account at a provider",
  "provider.unlinked": "unlinked an account at a provider",
  "invite.made": "made an invitation",
  "invite.revoked": "revoked an invitation",
  "person.role changed": "changed the role of NAME",
  "person.suspended": "suspended NAME",
  "person.banned": "banned NAME",
  "person.restored": "let NAME back in",
  "person.muted": "muted NAME",
  "person.unmuted": "let NAME write again",
  "person.sessions ended": "logged NAME out everywhere",
  "person.deleted": "deleted the account of NAME",
  "message.deleted": "deleted a message of NAME",
  "message.reported": "reported a message of NAME",
  "report.settled": "settled a report",
  "room.person removed": "removed NAME from a room",
  "room.archived": "archived a room",
  "room.restored": "brought a room back",
  "audit.exported": "exported the audit log",
};

/** Every kind of line, for the filter. */
export const happenings = (Object.keys(words) as AuditEvent[]).map((value) => ({
  value,
  title: sentence(words[value].replace(/ (of|for|to|as) NAME\b/, "").replace("NAME", "somebody")),
}));

/** A line of the audit log as a sentence. */
export function auditWords(
  { event, actorId, subjectId }: AuditEntry,
  people: { nameOf(id: number): string },
): string {
  const who = actorId === null ? "Somebody" : people.nameOf(actorId);
  const whom = subjectId === null ? "somebody" : people.nameOf(subjectId);
  return `${who} ${words[event].replace("NAME", whom)}`;
}

function sentence(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
