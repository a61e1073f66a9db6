import { expect, test } from "bun:test";
import { reporter } from "../../../../server/logging/report.ts";
import { openDatabase } from "../../../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../../../server/store/sqlite/store.ts";
import { system } from "../../../../server/system.ts";
import { draft, settle } from "../conformance/ground.ts";

test("ASVS 16.2.5 what is logged of a failure of SQLite says where and why, and nothing of the data", async () => {
  const db = openDatabase(":memory:");
  const store = sqliteStore(db);
  await settle(store, "alice");
  const session = { id: Buffer.alloc(32, 7), userId: 1, device: "canary-device", createdAt: 1 };
  await store.sessions.create(session);
  for (const table of ["users", "chat_messages"])
    db.$client.run(
      `create trigger fail_${table} before insert on ${table} begin select raise(abort, 'as planned'); end`,
    );
  const failures: [() => Promise<unknown>, ...said: string[]][] = [
    [
      () => store.users.create({ name: "canary-name", passwordHash: "canary-hash", createdAt: 1 }),
      "as planned",
    ],
    [() => store.sessions.create(session), "sessions.id", "SQLITE_CONSTRAINT_PRIMARYKEY"],
    [() => store.messages.append([draft("canary-text")]), "as planned"],
  ];
  for (const [fail, ...said] of failures) {
    const lines: string[] = [];
    reporter(system, (line) => lines.push(line))(await fail().catch((error) => error));
    for (const each of said) expect(lines[0]).toContain(each);
    expect(lines[0]).not.toMatch(/canary|\\x07|0707|BwcH/);
  }
  store.close();
});
