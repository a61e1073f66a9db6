import { expect, test } from "bun:test";
import { auditDetails } from "../../../web/admin/audit-details.ts";
import { dateTimeOf } from "../../../web/parts/times.ts";

const people = { nameOf: (id: number) => ["", "anna", "bob"][id]! };
const at = Date.UTC(2026, 11, 3, 23, 18);

for (const [what, detail, details] of [
  [
    "an invitation",
    { label: "For aunt Ada", expiresAt: at, maxUses: 50, invite: 3 },
    ["for “For aunt Ada”", `valid until ${dateTimeOf(at)}`, "lets in 50", "invitation 3"],
  ],
  [
    "an invitation without bounds",
    { label: "", expiresAt: null, maxUses: null, invite: 4 },
    ["invitation 4"],
  ],
  ["a login", { way: "password", factors: 1 }, ["by password"]],
  ["a login in two steps", { way: "code", factors: 2 }, ["by code", "in two steps"]],
  ["a mute", { minutes: 1, reason: "shouting" }, ["for 1 minute", "reason: shouting"]],
  ["the end of a mute", { minutes: 0, reason: "" }, []],
  ["a change of the role", { from: "member", to: "admin" }, ["from member", "to admin"]],
  [
    "a change of the settings",
    { changed: "name, registration, messageBurst", registration: "invite", messageBurst: 5 },
    [
      "changed: name, who may join, messages at once",
      "who may join: only people with an invitation",
      "5 messages at once",
    ],
  ],
  [
    "a settled report",
    { report: 7, conversation: "direct:1:2", seq: 9, outcome: "removed" },
    ["report 7", "in a private conversation", "message 9", "the message was removed"],
  ],
  [
    "somebody put out of a public room",
    { conversation: "room:0123456789abcdef", room: "Garden" },
    ["in a room", "room “Garden”"],
  ],
  [
    "a filtered export",
    { event: "person.banned", person: 2, since: at },
    ["only “Banned somebody”", "only of bob", `since ${dateTimeOf(at)}`],
  ],
  ["the last recovery code", { left: 0 }, ["no recovery codes left"]],
  ["what a later version tells", { somethingNew: 5 }, ["somethingNew: 5"]],
] as const)
  test(`the facts of ${what} are told in words`, () =>
    expect(auditDetails(detail, people)).toEqual([...details]));
