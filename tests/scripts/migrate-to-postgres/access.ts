import type { AuditEvent } from "../../../server/protocol/audit.ts";
import type { Store } from "../../../server/store/store.ts";
import type { NewAuditEntry } from "../../../server/store/transaction.ts";

/** A line of the audit log by somebody, of a time that is not long ago. */
export const entryOf = (
  actorId: number | null,
  event: AuditEvent,
  detail: NewAuditEntry["detail"] = {},
): NewAuditEntry => ({
  at: 1_790_000_000_002,
  event,
  actorId,
  subjectId: null,
  address: null,
  detail,
});

/** What the first four people of a chat have of ways in, powers and their traces: something in every column there is. */
export async function fillAccess(store: Store): Promise<void> {
  const at = 1_790_000_000_003;
  const settings = {
    name: 'Casa "Bianca"',
    welcome: "two\nlines, {1} \\N",
    registration: "invite" as const,
    secondFactor: "admins" as const,
    messageBurst: 1,
    messagesPerMinute: 2,
    messageBytes: 3,
  };
  await store.settings.write(settings, entryOf(1, "house.changed", { name: 'a "quoted" one\n\\' }));
  await store.users.setRole(1, "owner", entryOf(1, "person.role changed"));
  await store.users.mute(2, at + 1, { ...entryOf(1, "person.muted"), subjectId: 2, address: "::1" });
  await store.users.setStatus(3, "banned", "-", entryOf(1, "person.banned"));

  await store.preferences.change(1, { theme: "dark" });

  const session = { id: Buffer.alloc(32, "\\x00"), device: "-", address: "192.0.2.1", factors: 2 as const };
  await store.sessions.create({ ...session, userId: 1, createdAt: at });
  await store.sessions.touch(session.id, at + 2);
  await store.sessions.setLabel(1, session.id, "the\ttablet");

  const codes = [Buffer.alloc(32, 0), Buffer.alloc(32, 255)];
  await store.factors.setTotp(
    1,
    { secret: "1:sealed", step: 7, createdAt: at },
    codes,
    entryOf(1, "code.added"),
  );
  const passkey = { rpId: "chat.local", publicKey: Buffer.from([0, 10, 92, 255]), counter: 0, createdAt: at };
  for (const [id, transports] of [
    ["a-_", ["usb", "nfc"]],
    ["b", []],
  ] as const)
    await store.factors.addPasskey(
      { ...passkey, id, transports: [...transports], userId: 1, name: "'key'" },
      [],
      entryOf(1, "passkey.added"),
    );
  await store.factors.usedPasskey("b", 9, at + 3);
  const identity = { issuer: "https://idp.example", subject: "s|1", provider: "company", createdAt: at };
  await store.factors.addIdentity({ ...identity, userId: 2 }, entryOf(2, "provider.linked"));
  await store.factors.usedIdentity("https://idp.example", "s|1", at + 4);

  await store.tickets.put({ id: codes[0]!, kind: "a", userId: null, data: "{}", expiresAt: at + 5 });
  await store.tickets.put({ id: codes[1]!, kind: "b", userId: 2, data: '"', expiresAt: at + 6 }, undefined, {
    userId: 2,
    what: "reset link made",
    at,
    by: null,
  });
  const invite = { createdBy: 1, createdAt: at, expiresAt: null, maxUses: null, label: "" };
  const { id } = await store.invites.create(invite, entryOf(1, "invite.made"));
  await store.invites.create(
    { ...invite, expiresAt: at + 7, maxUses: 3, label: "-" },
    entryOf(1, "invite.made"),
  );
  await store.invites.revoke(id, at + 8, entryOf(1, "invite.revoked"));

  for (const seq of [3, 4]) {
    const report = {
      conversation: "group" as const,
      seq,
      reporterId: 2,
      reason: "two\nlines",
      createdAt: at,
    };
    await store.reports.add(report, entryOf(2, "message.reported"));
  }
  const settled = { at: at + 9, userId: 1, outcome: "deleted" };
  await store.reports.settle(1, settled, entryOf(1, "report.settled"));
  await store.messages.remove("group", 3, at + 10, entryOf(1, "message.deleted"));
  // Long ago: the database would let it be deleted, and has to take it all the same.
  await store.audit.add({
    ...entryOf(null, "session.refused", { name: null, tries: 1, known: true }),
    at: 1,
  });
}
