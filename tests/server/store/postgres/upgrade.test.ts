import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { SQL } from "bun";
import { drizzle } from "drizzle-orm/bun-sql";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { skeletonOf } from "../../../../server/protocol/text.ts";
import { dropDatabase, emptyDatabase } from "../../../support/postgres.ts";
import { draft, idOf, logOf } from "../conformance/ground.ts";
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

/** Makes the database as the first migration alone made it, with these people and what is put in beside. */
async function former(names: (string | null)[], more: (sql: SQL) => Promise<unknown> = async () => {}) {
  const sql = new SQL({ url, max: 1 });
  const [first] = readMigrationFiles({ migrationsFolder: migrations });
  const orm = drizzle({ client: sql }) as unknown as {
    dialect: { migrate(migrations: unknown[], session: unknown, config: object): Promise<void> };
    session: unknown;
  };
  await orm.dialect.migrate([first], orm.session, {});
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
