import { describe, expect, test } from "bun:test";
import { SQL } from "bun";
import journal from "../../../../drizzle/postgres/meta/_journal.json";
import { openPostgres } from "../../../../server/store/postgres/open.ts";
import { dropDatabase, emptyDatabase, superuser } from "../../../support/postgres.ts";
import { draft, logOf, settle } from "../conformance/ground.ts";
import { lineTo } from "./line.ts";
import { database, node } from "./nodes.ts";

const open = (url: string) =>
  openPostgres({ url, connections: 2 }, (error) => {
    throw error;
  });

test("five nodes that find an empty database at once make it, once, and agree on its epoch", async () => {
  const url = await emptyDatabase();
  const nodes = await Promise.all(Array.from({ length: 5 }, () => open(url)));
  const [first] = nodes;
  expect(first!.epoch).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(nodes.map(({ epoch }) => epoch)).size).toBe(1);
  expect(await first!.sql`select from drizzle.__drizzle_migrations`).toHaveLength(journal.entries.length);
  const [cluster] = await first!.sql`select value from meta where key = 'cluster'`;
  expect(cluster.value).toMatch(/^[0-9a-f]{32}$/);
  for (const db of nodes) await db.close();
  await dropDatabase(url);
});

test("what was stored is there when it is opened again, under the same epoch", async () => {
  const url = await database();
  const a = await node("a", url);
  await settle(a.store, "alice");
  await a.store.messages.append([draft("hello")]);
  const again = await node("a", url);
  expect(await logOf(again.store)).toEqual(await logOf(a.store));
  expect(again.store.epoch).toBe(a.store.epoch);
});

test("every connection commits to disk, gives up on what takes too long, and reads what is committed", async () => {
  const a = await node("a");
  const [settings] = await a.db.sql`
    select current_setting('synchronous_commit') as commit, current_setting('statement_timeout') as statement,
      current_setting('idle_in_transaction_session_timeout') as idle, current_setting('transaction_isolation') as level`;
  expect(settings).toEqual({ commit: "on", statement: "2500ms", idle: "3s", level: "read committed" });
});

test("a network that was cut says nothing; with new connections the node goes on", async () => {
  const line = await lineTo(await database());
  const a = await node("a", line.url);
  await settle(a.store, "alice");
  line.cut();
  const sent = draft("hello");
  expect(await a.store.messages.append([sent]).catch((error) => error)).toMatchObject({ code: "busy" });
  const waiting = a.store.users.byId(1).catch((error) => error);
  a.db.renew();
  expect(await waiting).toMatchObject({ code: "busy" });
  expect((await a.store.messages.append([sent]))[0]?.kind).toBe("stored");
  expect(await a.store.users.byId(1)).toMatchObject({ name: "alice" });
  line.close();
});

describe("what a person can mend is one sentence", () => {
  const refusalOf = async (change: (url: URL) => void) => {
    const url = new URL(await database());
    change(url);
    return open(url.href).then(
      () => "opened",
      (error) => (error.name === "DatabaseError" ? error.message : error),
    );
  };

  test("nobody there, or nobody of that name", async () => {
    expect(await refusalOf((url) => Object.assign(url, { port: 1 }))).toBe(
      "PostgreSQL does not answer at 127.0.0.1:1. Is it running, and is DATABASE_URL right?",
    );
    expect(await refusalOf((url) => Object.assign(url, { hostname: "nobody.invalid" }))).toContain(
      "PostgreSQL does not answer at nobody.invalid:",
    );
  });

  test("a user who is not let in", async () => {
    expect(await refusalOf((url) => Object.assign(url, { username: "nobody" }))).toMatch(
      /^PostgreSQL at .* refuses the user "nobody" with the password in DATABASE_URL\.$/,
    );
  });

  test("no such database", async () => {
    expect(await refusalOf((url) => Object.assign(url, { pathname: "/missing" }))).toMatch(
      /has no database "missing". Make it there: CREATE DATABASE "missing"$/,
    );
  });

  test("ASVS 13.2.2 everyone may create in a schema the chat looks in, also where someone hides it", async () => {
    const url = await emptyDatabase();
    const owner = new SQL({ url, max: 1 });
    await owner`grant create on schema public to public`;
    await owner`
      create function has_schema_privilege(text, name, text) returns boolean language sql as 'select false'`;
    await owner`
      create function has_schema_privilege(name, text, text) returns boolean language sql as 'select false'`;
    await owner`
      create function unnest(name[]) returns setof name language sql as 'select null::name where false'`;
    expect(await open(url).catch((error) => error)).toMatchObject({
      name: "DatabaseError",
      message:
        "Everyone may create things in this database, and what they create could act for the chat. As the owner of the schema public: REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT CREATE ON SCHEMA public TO postgres",
    });
    expect(await owner`select from pg_tables where schemaname = 'public'`).toHaveLength(0);
    await owner`revoke create on schema public from public`;
    await (await open(url)).close();
    await owner.close();
    await dropDatabase(url);
  });

  test("a user who may not make tables, or has no connection left", async () => {
    const admin = await superuser();
    const name = `guest_${process.pid}`;
    await admin`create role ${admin(name)} login password 'guest'`;
    const url = await emptyDatabase();
    const as = Object.assign(new URL(url), { username: name, password: "guest" }).href;
    const refusal = () => open(as).catch(({ message }) => message);
    expect(await refusal()).toContain(`Make it the owner: ALTER DATABASE`);
    await admin`alter role ${admin(name)} connection limit 0`;
    expect(await refusal()).toContain("has no connection left");
    await dropDatabase(url);
    await admin`drop role ${admin(name)}`;
  });
});
