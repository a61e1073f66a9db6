import { expect, test } from "bun:test";
import { SQL } from "bun";
import { outcomeOf } from "../../../support/outcome.ts";
import { draft, entryOf, settle } from "../conformance/ground.ts";
import { database, node } from "./nodes.ts";
import { untilSomeoneWaits } from "./waiting.ts";

const entry = entryOf("message.deleted");

test("clearing out what was deleted may take longer than any answer does, and its connection is as before", async () => {
  const url = await database();
  const a = await node("a", url);
  await settle(a.store, "alice");
  await a.store.messages.append(Array.from({ length: 50 }, () => draft("x".repeat(3000))));
  while ((await a.store.messages.removeOf(1, 5, 20)).length > 0);
  const other = new SQL({ url, max: 1 });
  let scrubbing: Promise<unknown> | undefined;
  await other.begin(async (transaction) => {
    await transaction`lock table chat_messages in share update exclusive mode`;
    scrubbing = a.store.messages.vacuum();
    // Longer than a statement of the store may take.
    await Promise.race([scrubbing, transaction`select pg_sleep(2.7)`]);
  });
  await scrubbing;
  const [done] = await other`
    select vacuum_count::int as vacuums from pg_stat_user_tables where relname = 'chat_messages'`;
  expect(done).toEqual({ vacuums: 1 });
  const limits = await Promise.all(Array.from({ length: 16 }, () => a.db.sql`show statement_timeout`));
  expect(new Set(limits.map(([row]) => row.statement_timeout))).toEqual(new Set(["2500ms"]));
  await other.close();
}, 15_000);

test("ASVS 14.2.7 what is deleted while others are cleared out is cleared out with the next, by any node", async () => {
  const url = await database();
  const [a, b] = [await node("a", url), await node("b", url)];
  await settle(a.store, "alice");
  await a.store.messages.append([draft("one"), draft("two")]);
  await a.store.messages.remove("group", 1, 5);
  const other = new SQL({ url, max: 1 });
  let scrubbing: Promise<unknown> | undefined;
  await other.begin(async (transaction) => {
    await transaction`lock table chat_messages in share update exclusive mode`;
    scrubbing = a.store.messages.vacuum();
    await untilSomeoneWaits(b);
    await b.store.messages.remove("group", 2, 5);
  });
  await scrubbing;
  expect(await b.store.messages.isVacuumPending()).toBe(true);
  await b.store.messages.vacuum();
  expect([await a.store.messages.isVacuumPending(), await b.store.messages.isVacuumPending()]).toEqual([
    false,
    false,
  ]);
  await other.close();
});

test("a deleted message is a change that every node hears of, and no newer message than there was", async () => {
  const a = await node("a");
  await settle(a.store, "alice");
  await a.store.messages.append([draft("one"), draft("two")]);
  const state = async () =>
    (await a.db.sql`select head::int, last_message_at::float8 as at, changed::text from conversations`)[0];
  const before = await state();
  await a.store.messages.remove("group", 1, 999_999, entry);
  const after = await state();
  expect(after).toEqual({ head: 3, at: before.at, changed: expect.any(String) });
  expect(BigInt(after.changed)).toBeGreaterThan(BigInt(before.changed));
  expect(await a.store.messages.remove("group", 1, 999_999, entry)).toBeNull();
  expect(await state()).toEqual(after);
});

test("ASVS 16.4.2 the audit log is not emptied at once either, and says why it is not changed", async () => {
  const a = await node("a");
  await a.store.audit.add(entry);
  for (const attempt of [
    "truncate audit",
    "truncate users, audit cascade",
    "update audit set at = 1",
    "delete from audit",
  ])
    expect(await outcomeOf(a.db.sql.unsafe(attempt))).toThrow("audit entries stay as they are, for a year");
  expect(await a.store.audit.page({}, null, 9)).toHaveLength(1);
});
