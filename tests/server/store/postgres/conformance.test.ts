import { afterAll, afterEach, expect, test } from "bun:test";
import { type Db, openPostgres } from "../../../../server/store/postgres/open.ts";
import { postgresStore } from "../../../../server/store/postgres/store.ts";
import type { Store } from "../../../../server/store/store.ts";
import { cleanDatabase, freshDatabase } from "../../../support/postgres.ts";
import { draft, entryOf, type OpenGround, settle } from "../conformance/ground.ts";
import { storeSuite } from "../conformance/store.ts";
import { untilSomeoneWaits } from "./waiting.ts";

const idle: Db[] = [];
const busy = new Map<Store, Db>();

/** Another test, or another run of one, may have the database from here on. */
async function release(store: Store) {
  const db = busy.get(store)!;
  busy.delete(store);
  await cleanDatabase(db.sql);
  idle.push(db);
}
afterEach(async () => {
  for (const store of [...busy.keys()]) await release(store);
});
afterAll(async () => {
  for (const db of idle) await db.close();
});

const another = async () =>
  openPostgres({ url: await freshDatabase(), connections: 4 }, (error) => {
    throw error;
  });

/** What every store must do, done by PostgreSQL. */
const open: OpenGround = async () => {
  const db = idle.pop() ?? (await another());
  const store = postgresStore(db, { origin: "node", now: () => 1 });
  store.close = () => release(store);
  busy.set(store, db);
  return {
    store,
    run: async (statement) => void (await db.sql.unsafe(statement)),
    replacing: (id) => {
      const given = `into audit (id, at, event, detail) overriding system value values (${id}, 99, 'house.changed', '{}')`;
      return [
        `insert ${given}`,
        `insert ${given} on conflict (id) do update set at = 99`,
        `update audit set id = ${id} where id <> ${id}`,
      ];
    },
    holdAudit: async () => {
      const holder = await db.sql.reserve();
      await holder`begin`;
      await holder`lock table audit in share mode`;
      return {
        reached: () => untilSomeoneWaits({ db }),
        release: async () => {
          await holder`commit`;
          holder.release();
        },
      };
    },
    failOn: async (text) => {
      await db.sql.unsafe(`
        create function poison() returns trigger language plpgsql as $$
        begin raise exception 'poisoned'; end $$;
        create trigger poison before insert on chat_messages for each row
        when (new.body like '%${text}%') execute function poison()`);
    },
  };
};

storeSuite("PostgreSQL", open, { modelRuns: 20 });

test("a database that was used is as new for the next test", async () => {
  const rowsOf = async ({ sql }: Db) => {
    const tables = await sql`select tablename from pg_tables where schemaname = 'public' order by tablename`;
    const rows = tables.map(async ({ tablename }: { tablename: string }) => [
      tablename,
      // What names this very database differs from one to the next.
      await sql`select * from ${sql(tablename)}`.then((all) =>
        all.filter(({ key }: { key?: string }) => !["epoch", "incarnation"].includes(key ?? "")),
      ),
    ]);
    return [await Promise.all(rows), await sql`select sequencename, last_value from pg_sequences`];
  };
  const { store, run, failOn } = await open();
  const db = busy.get(store)!;
  await settle(store, "alice", "bob");
  await store.messages.append([draft("used")]);
  await store.audit.add(entryOf("session.began"));
  await run("update house set value = 'other'");
  await failOn("never");
  await release(store);
  const fresh = await another();
  expect(await rowsOf(db)).toEqual(await rowsOf(fresh));
  await settle(store, "carl");
  expect((await store.users.directory()).map(({ id }) => id)).toEqual([1]);
  await cleanDatabase(db.sql);
  await fresh.close();
});
