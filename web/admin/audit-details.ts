import type { AuditEntry } from "../../server/protocol/audit.ts";
import { isRoomId } from "../../server/protocol/conversation-id.ts";
import { dateTimeOf } from "../parts/times.ts";
import { happenings } from "./audit-words.ts";

type Value = AuditEntry["detail"][string];
type Names = { nameOf(id: number): string };
type Wording = Record<string, string>;

const count = (of: string) => (value: Value) =>
  `${value === 0 ? "no" : value} ${of}${value === 1 ? "" : "s"}`;
const among = (words: Wording) => (value: Value) => words[String(value)] ?? String(value);

const settings: Wording = {
  welcome: "welcome text",
  registration: "who may join",
  secondFactor: "two-step login",
  messageBurst: "messages at once",
  messagesPerMinute: "messages a minute",
  messageBytes: "length of messages",
};
const joining = among({ open: "anyone", invite: "only people with an invitation", closed: "nobody" });
const needing = among({
  nobody: "up to each person",
  admins: "needed by admins",
  everyone: "needed by everyone",
});
const keeping = among({ keep: "their messages stay", remove: "their messages were removed" });

/** The words for each detail; null for one that is not shown. */
const details: Record<string, (value: Value, people: Names) => string | null> = {
  way: (value) => `by ${value}`,
  status: among({ banned: "the account is banned", suspended: "the account is suspended" }),
  factors: (value) => (value === 2 ? "in two steps" : null),
  provider: (value) => `provider: ${value}`,
  left: (value) => `${count("recovery code")(value)} left`,
  label: (value) => `for “${value}”`,
  expiresAt: (value) => `valid until ${dateTimeOf(Number(value))}`,
  maxUses: (value) => `lets in ${value}`,
  invite: (value) => `invitation ${value}`,
  from: (value) => `from ${value}`,
  to: (value) => `to ${value}`,
  minutes: (value) => (value === 0 ? null : `for ${count("minute")(value)}`),
  reason: (value) => `reason: ${value}`,
  messages: keeping,
  conversation(value) {
    if (value === "group") return "in the group";
    return isRoomId(String(value)) ? "in a room" : "in a private conversation";
  },
  room: (value) => `room “${value}”`,
  seq: (value) => `message ${value}`,
  report: (value) => `report ${value}`,
  outcome: among({ removed: "the message was removed", dismissed: "the message stays" }),
  format: among({ html: "as a page to read", json: "as JSON" }),
  changed: (value) => `changed: ${String(value).split(", ").map(among(settings)).join(", ")}`,
  registration: (value) => `${settings.registration}: ${joining(value)}`,
  secondFactor: (value) => `${settings.secondFactor}: ${needing(value)}`,
  messageBurst: (value) => `${count("message")(value)} at once`,
  messagesPerMinute: (value) => `${count("message")(value)} a minute`,
  messageBytes: (value) => `messages of up to ${count("byte")(value)}`,
  event: (value) => `only “${happenings.find((each) => each.value === value)?.title ?? value}”`,
  person: (value, people) => `only of ${people.nameOf(Number(value))}`,
  since: (value) => `since ${dateTimeOf(Number(value))}`,
  until: (value) => `until ${dateTimeOf(Number(value))}`,
};

/** The details of a line of the audit log, each in a few words. An unknown one is shown as it was stored. */
export function auditDetails(detail: AuditEntry["detail"], people: Names): string[] {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => (details[name] ? details[name](value, people) : `${name}: ${value}`))
    .filter((fact) => fact !== null);
}
