import { expect, test } from "bun:test";
import { SQL } from "bun";
import { clock } from "../../support/clock.ts";
import { contentsOf, database } from "../../support/database.ts";
import { startNode } from "../../support/nodes.ts";
import { Person } from "../../support/person.ts";
import { freshDatabase } from "../../support/postgres.ts";
import { startServer, type TestServer } from "../../support/server.ts";

const full = [503, { ok: false, reason: "storage_full" }];
const well = [200, { ok: true }];

async function ask(server: TestServer, path: string) {
  const answer = await new Person(server, "watcher").fetch("GET", path);
  return [answer.status, await answer.json()];
}

const say = async (person: Person) => {
  const clientId = crypto.randomUUID();
  const fields = { conversation: "group", clientId, body: { text: "x".repeat(16_000) } };
  return (await person.enter()).ask("message.send", fields, "error");
};

test("the health tells when nothing can be stored, and when it can again, without writing for each who asks", async () => {
  const base = database();
  const time = clock();
  const server = await startServer({ store: base.store, system: time });
  const alice = await new Person(server, "alice").register();
  expect(await ask(server, "/api/health")).toEqual(well);
  const before = contentsOf(base.db);
  const { pages } = base.db.$client
    .query<{ pages: number }, []>("select page_count as pages from pragma_page_count")
    .get()!;
  base.db.$client.run(`pragma max_page_count = ${pages}`);
  expect(await say(alice)).toMatchObject({ code: "storage_full" });
  for (const times of [1, 2, 3]) {
    expect([times, await ask(server, "/api/health")]).toEqual([times, full]);
    expect(await ask(server, "/api/health/node")).toEqual(well);
    time.advance(10_000);
    // Reading a session lets what was tried meanwhile come to its end.
    await alice.fetch("GET", "/api/session");
  }
  base.db.$client.run("pragma max_page_count = 1000000");
  expect(await ask(server, "/api/health")).toEqual(full);
  time.advance(10_000);
  await alice.fetch("GET", "/api/session");
  expect(await ask(server, "/api/health")).toEqual(well);
  // What was stored for trial is gone.
  expect(contentsOf(base.db).meta).toEqual(before.meta!);
  await server.stop();
  expect(server.bugs).toEqual([]);
});

test("a node on PostgreSQL tells it in its health too, and recovers by itself", async () => {
  const url = await freshDatabase();
  const node = await startNode({ url });
  const admin = new SQL(url, { max: 1 });
  try {
    const alice = await new Person(node, "alice").register();
    await admin.unsafe(`
      create function refuse() returns trigger language plpgsql as $$ begin
        raise exception 'no room' using errcode = '53100'; end $$;
      create trigger full_disk before insert on chat_messages for each row execute function refuse();
      create trigger full_disk before insert on meta for each row execute function refuse();`);
    expect(await say(alice)).toMatchObject({ code: "storage_full" });
    expect([await ask(node, "/api/health"), await ask(node, "/api/health/node")]).toEqual([full, well]);
    await admin.unsafe("drop trigger full_disk on chat_messages; drop trigger full_disk on meta");
    while ((await ask(node, "/api/health"))[0] !== 200);
    await (await alice.enter()).say("there is room again");
  } finally {
    await admin.close();
    await node.stop();
  }
  expect(node.bugs).toEqual([]);
});
