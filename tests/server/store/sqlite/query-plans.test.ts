import { expect, test } from "bun:test";
import { openDatabase } from "../../../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../../../server/store/sqlite/store.ts";

test("what runs all the time finds what it needs by an index, however much there is", () => {
  const db = openDatabase(":memory:");
  const client = db.$client;
  const prepare = client.prepare.bind(client);
  const statements: string[] = [];
  client.prepare = ((sql: string) => {
    statements.push(sql);
    return prepare(sql);
  }) as typeof client.prepare;
  sqliteStore(db);
  client.prepare = prepare;
  const plans = statements.map((sql) => ({
    sql,
    steps: prepare<{ detail: string }, []>(`explain query plan ${sql}`)
      .all()
      .map(({ detail }) => detail),
  }));
  // The lists of a member, unread and mentions with them; marks; pages; and what changed after a number.
  const over = (table: string) => plans.filter(({ sql }) => sql.includes(`from "${table}"`)).length;
  expect(["memberships", "chat_messages", "mentions"].map(over).every((count) => count > 1)).toBe(true);
  const scan = /^SCAN (chat_messages|mentions|memberships|conversations)/;
  const scans = plans.filter(({ steps }) => steps.some((step) => scan.test(step)));
  expect(scans).toEqual([]);
  const sorts = plans.filter(({ sql, steps }) => sql.includes('"rev" >') && steps.join().includes("B-TREE"));
  expect(sorts).toEqual([]);
  db.$client.close();
});
