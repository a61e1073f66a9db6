import { expect, test } from "bun:test";
import { DrizzleQueryError } from "drizzle-orm";
import { reporter } from "../../../../server/logging/report.ts";
import { withDbErrors } from "../../../../server/store/postgres/db-errors.ts";
import { system } from "../../../../server/system.ts";
import { draft, settle } from "../conformance/ground.ts";
import { node } from "./nodes.ts";

const canaries = [
  "canary-name",
  "canary-hash",
  "canary-device",
  "canary-key",
  "canary-text",
  "\x07\x07\x07",
  "070707",
  "BwcH",
];
const session = {
  id: Buffer.alloc(32, 7),
  userId: 1,
  device: "canary-device\n    at canary",
  keyHash: "canary-key",
  createdAt: 1,
};
const person = { name: "canary-name", passwordHash: "canary-hash", createdAt: 1 };

const wrapped = new DrizzleQueryError("select $1", ["canary-text"], new TypeError("a bug"));

test("ASVS 16.2.5 what is logged of a failure of PostgreSQL says where and why, and nothing of the data", async () => {
  const { db, store } = await node("a");
  await settle(store, "alice");
  await db.sql`alter table users add constraint no_hash check (password_hash not like 'canary%')`;
  await db.sql`alter table sessions add constraint no_device check (device not like 'canary%')`;
  await db.sql`alter table chat_messages add constraint no_text check (body not like '%canary%')`;
  const failures: [() => Promise<unknown>, ...said: string[]][] = [
    [() => store.users.create(person), "no_hash", "23514"],
    [() => store.users.setPassword(1, "canary-hash", "1:hash"), "no_hash", "23514"],
    [() => store.sessions.create(session), "no_device", "23514", "session.js"],
    [() => store.sessions.create({ ...session, device: "", userId: 9 }), "sessions_user_id", "23503"],
    [() => withDbErrors(() => Promise.reject(wrapped)), "TypeError", "a bug"],
    [() => store.messages.append([draft("canary-text")]), "no_text", "chat_messages", "23514"],
    [
      () => withDbErrors(() => db.sql`select ${"canary-text"}::text::bigint`),
      "22P02",
      "invalid input syntax",
    ],
    [() => withDbErrors(() => db.sql`select ${"canary\u0000-text"}::text`), "22021"],
  ];
  for (const [fail, ...said] of failures) {
    const lines: string[] = [];
    reporter(system, (line) => lines.push(line))(await fail().catch((error) => error));
    for (const each of said) expect(lines[0]).toContain(each);
    for (const each of canaries) expect(lines[0]).not.toContain(each);
    expect(lines[0]).not.toContain("at canary");
    expect(lines[0]).toContain("at ");
  }
});
