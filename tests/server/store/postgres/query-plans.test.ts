import { expect, test } from "bun:test";
import { openPostgres } from "../../../../server/store/postgres/open.ts";
import { postgresStore } from "../../../../server/store/postgres/store.ts";
import { freshDatabase } from "../../../support/postgres.ts";
import { settle } from "../conformance/ground.ts";

test("lists, marks, pages and what changed are found by an index among many messages", async () => {
  const fail = (error: unknown) => {
    throw error;
  };
  // One connection, whose statistics are all there are.
  const db = await openPostgres({ url: await freshDatabase(), connections: 1 }, fail);
  const store = postgresStore(db, { origin: "node", now: () => 1 });
  await settle(store, "alice", "bob");
  const conversations = 50;
  const messages = 400;
  await db.sql.unsafe(`
    insert into users (id, name, name_key, created_at) overriding system value
      select id, 'u' || id, 'u' || id, 1 from generate_series(3, ${conversations}) as id;
    insert into conversations (id, kind, head, last_message_at)
      select 'direct:1:' || id, 'direct', ${messages}, 1 from generate_series(2, ${conversations}) as id;
    insert into memberships (user_id, conversation_id)
      select person, 'direct:1:' || id from generate_series(2, ${conversations}) as id, unnest(array[1, id]) as person;
    insert into chat_messages (conversation_id, seq, rev, author_id, client_id, body, created_at)
      select 'direct:1:' || id, seq, seq, case when seq % 2 = 0 then 1 else id end, id || '-' || seq, '{"text":"words"}', 1
      from generate_series(2, ${conversations}) as id, generate_series(1, ${messages}) as seq;
    insert into mentions (user_id, conversation_id, seq, cause)
      select 1, 'direct:1:' || id, seq, 'name'
      from generate_series(2, ${conversations}) as id, generate_series(1, ${messages}) as seq where seq % 2 = 1;
    analyze`);
  const scans = async () => {
    await db.sql`select pg_stat_force_next_flush()`;
    return db.sql`
      select relname, seq_scan from pg_stat_user_tables
      where relname in ('chat_messages', 'mentions', 'memberships') order by relname`;
  };
  const id = "direct:1:7";
  const before = await scans();
  expect(await store.conversations.of(1)).toHaveLength(conversations);
  await store.conversations.markRead([{ userId: 1, conversation: id, seq: 30 }]);
  const [mine] = (await store.conversations.of(1)).filter((each) => each.id === id);
  expect(mine).toMatchObject({ lastRead: 30, unread: 100, mentions: 100 });
  expect(await store.conversations.readers(id)).toHaveLength(2);
  expect((await store.messages.after(id, 390, 200)).messages).toHaveLength(10);
  expect((await store.messages.before(id, null, 50)).messages).toHaveLength(50);
  expect((await store.messages.from(id, 5, 50)).messages).toHaveLength(50);
  expect(await scans()).toEqual(before);
  // It would be noticed.
  await db.sql`select count(*) from chat_messages where body = 'words'`;
  expect(await scans()).not.toEqual(before);
  await db.close();
});
