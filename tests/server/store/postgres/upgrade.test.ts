import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { SQL } from "bun";
import { drizzle } from "drizzle-orm/bun-sql";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { skeletonOf } from "../../../../server/protocol/text.ts";
import { dropDatabase, emptyDatabase } from "../../../support/postgres.ts";
import { draft, idOf, logOf } from "../conformance/ground.ts";
import { expectMessages, fillMessages } from "../former-messages.ts";
import { closeAll, node } from "./nodes.ts";

const migrations = join(import.meta.dir, "../../../../drizzle/postgres");

let url: string;
beforeEach(async () => {
  url = await emptyDatabase();
});
afterEach(async () => {
  await closeAll();
  await dropDatabase(url);
});

/** Makes the database as the first migrations alone made it, with these people and what is put in beside. */
async function former(
  names: (string | null)[],
  more: (sql: SQL) => Promise<unknown> = async () => {},
  many = 1,
) {
  const sql = new SQL({ url, max: 1 });
  const first = readMigrationFiles({ migrationsFolder: migrations }).slice(0, many);
  const orm = drizzle({ client: sql }) as unknown as {
    dialect: { migrate(migrations: unknown[], session: unknown, config: object): Promise<void> };
    session: unknown;
  };
  await orm.dialect.migrate(first, orm.session, {});
  for (const name of names)
    await sql`
      insert into users (name, name_key, password_hash, created_at)
      values (${name}, ${name?.toLowerCase() ?? null}, ${name && "1:hash"}, 5)`;
  await more(sql);
  await sql.close();
}

describe("a database from before there were roles", () => {
  test("has the first account as its owner, everyone else as a member, and is as open as it was", async () => {
    await former([null, "bob", "carol"]);
    const { store } = await node("a", url);
    expect(await store.users.directory()).toEqual([
      { id: 1, name: null },
      { id: 2, name: "bob", role: "owner" },
      { id: 3, name: "carol" },
    ]);
    expect(await store.settings.read()).toEqual({
      name: "Secure Chat",
      welcome: "",
      registration: "open",
      secondFactor: "nobody",
      messageBurst: 30,
      messagesPerMinute: 120,
      messageBytes: 16384,
    });
  });

  test("in which nobody has an account is still to be set up", async () => {
    await former([null]);
    expect(await (await node("a", url)).store.settings.read()).toBeNull();
  });

  test("has the likeness that new names are given, for every sign a name may have, where no earlier one has it", async () => {
    const names = [
      ...[..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((sign) => `upper${sign}y`),
      ...[..."abcdefghijklmnopqrstuvwxyz0123456789._-"].map((sign) => `x${sign}y`),
      ...[
        "Rn-modern",
        "rrnn.vvv_VV",
        "vvvv",
        "RNvVrN",
        "0O1lI",
        "rvvn",
        "Ivan_1.0",
        "Illia",
        "lllia",
        "alice",
        "al1ce",
        "...",
      ],
    ];
    await former(names);
    const taken = new Set<string>();
    const wanted = names.map((name) => {
      const skeleton = skeletonOf(name);
      if (taken.has(skeleton)) return null;
      taken.add(skeleton);
      return skeleton;
    });
    const { db, store } = await node("a", url);
    const rows: { skeleton: string | null }[] =
      await db.sql`select likeness as skeleton from users order by id`;
    expect(rows.map(({ skeleton }) => skeleton)).toEqual(wanted);
    expect(await store.users.byName("LLLIA")).toMatchObject({ name: "lllia" });
    expect(await store.users.create({ name: "1llia", passwordHash: null, createdAt: 9 })).toBeNull();
  });

  test("keeps sessions, in which nothing was proven lately, and messages, which are not deleted and go on", async () => {
    await former(["alice"], async (sql) => {
      await sql`insert into memberships (user_id, conversation_id) values (1, 'group')`;
      await sql`insert into sessions values (${idOf("token")}, 1, 'Firefox', 10, 20)`;
      await sql`insert into messages values ('group', 1, 1, 1, 'c-1', 'hello', 15)`;
      await sql`update conversations set head = 1, last_message_at = 15 where id = 'group'`;
    });
    const { store } = await node("a", url);
    expect(await store.sessions.find(idOf("token"))).toMatchObject({
      userId: 1,
      role: "owner",
      factors: 1,
      provenAt: 0,
      keyHash: null,
      seenAt: 20,
    });
    expect(await store.messages.append([draft("next")])).toMatchObject([{ kind: "stored" }]);
    const [first, next] = await logOf(store);
    expect(first).toEqual({
      conversation: "group",
      seq: 1,
      rev: 1,
      author: 1,
      clientId: "c-1",
      body: { text: "hello" },
      createdAt: 15,
    });
    expect(next).toMatchObject({ seq: 2 });
  });
});

describe("a database from before bodies were JSON", () => {
  const members = (sql: SQL) =>
    sql`insert into memberships (user_id, conversation_id) select id, 'group' from users`;
  const many = 8;

  test("keeps a hundred thousand messages, to the last sign", async () => {
    await former(
      ["alice", "bob", "carol"],
      async (sql) => {
        await members(sql);
        for (const statement of fillMessages) await sql.unsafe(statement);
      },
      many,
    );
    const { db, store } = await node("a", url);
    const rows = await db.sql`select body from chat_messages order by conversation_id, seq`;
    await expectMessages(
      store,
      rows.map(({ body }: { body: string | null }) => body),
    );
  }, 60_000);

  test("is read and written by nodes of the version before, while they are replaced one after the other", async () => {
    await former(["alice", "bob"], members, many);
    const { store } = await node("new", url);
    // Another connection says what a node of the version before says.
    const sql = new SQL({ url, max: 1 });
    const append = async (
      ...drafts: [conversation: string, author: number, clientId: string, text: string][]
    ) =>
      (
        await sql`
          select place, became, at_seq, at_rev, at_time, deleted from append_messages(
            ${drafts.map(([conversation]) => conversation)}::text[],
            ${drafts.map(([, author]) => author)}::bigint[],
            ${drafts.map(([, , clientId]) => clientId)}::text[],
            ${drafts.map(([, , , text]) => text)}::text[],
            ${drafts.map(() => 7)}::bigint[])`
      ).map(({ became, at_seq }: { became: string; at_seq: string }) => `${became} ${at_seq}`);
    const page = async () =>
      (
        await sql`
          select seq, rev, author_id, client_id, text, created_at, deleted_at from messages
          where conversation_id = 'group' and seq > 0 order by seq`
      ).map(({ seq, rev, text, deleted_at }: Record<string, string>) => [
        Number(seq),
        Number(rev),
        text,
        deleted_at,
      ]);
    const blank = async (seqs: number[]) =>
      (
        await sql`
          with doomed as materialized (
            select conversation_id, seq, row_number() over (partition by conversation_id order by seq) as place
            from messages join unnest(${seqs.map(() => "group")}::text[], ${seqs}::bigint[]) as chosen (conversation_id, seq)
              using (conversation_id, seq)
            where deleted_at is null
          ), grown as (
            update conversations set head = head + count, changed = pg_current_xact_id()
            from (select conversation_id, count(*) as count from doomed group by conversation_id) as each
            where id = conversation_id
            returning id, head - count as former
          )
          update messages set text = '', rev = former + place, deleted_at = 9
          from doomed join grown on id = conversation_id
          where messages.conversation_id = doomed.conversation_id and messages.seq = doomed.seq
          returning messages.seq, rev, text, deleted_at`
      ).map(({ seq, rev, text }: Record<string, string>) => [Number(seq), Number(rev), text]);

    const hard = 'tab\t, line\n, \\, "quotes" and 🎂';
    const mine = draft(hard);
    expect(await store.messages.append([mine])).toMatchObject([{ kind: "stored" }]);
    expect(
      await append(
        ["group", 1, mine.clientId, hard],
        ["group", 2, "theirs", hard],
        ["group", 1, mine.clientId, "other"],
        ["direct:1:2", 2, "psst", "psst"],
      ),
    ).toEqual(["duplicate 1", "stored 2", "client_id_reused 1", "stored 1"]);
    const theirs = { ...draft(hard, 2), clientId: "theirs" };
    expect(await store.messages.append([theirs, draft("third")])).toMatchObject([
      { kind: "duplicate", message: { seq: 2, body: { text: hard }, createdAt: 7 } },
      { kind: "stored", message: { seq: 3 } },
    ]);
    expect(await page()).toEqual([
      [1, 1, hard, null],
      [2, 2, hard, null],
      [3, 3, "third", null],
    ]);
    expect(await blank([1, 3])).toEqual([
      [1, 4, ""],
      [3, 5, ""],
    ]);
    await store.messages.remove("group", 2, 10);
    expect(await page()).toEqual([
      [1, 4, "", "9"],
      [2, 6, "", "10"],
      [3, 5, "", "9"],
    ]);
    expect((await logOf(store)).map(({ seq, body, deletedAt }) => [seq, body.text, deletedAt])).toEqual([
      [1, "", 9],
      [3, "", 9],
      [2, "", 10],
    ]);
    expect(await append(["group", 1, mine.clientId, "whatever"])).toEqual(["duplicate 1"]);
    expect(await logOf(store, "direct:1:2")).toMatchObject([{ body: { text: "psst" } }]);
    await sql.close();
  });
});
