import { afterEach } from "bun:test";
import { openPostgres } from "../../../../server/db/postgres/open.ts";
import { postgresStore } from "../../../../server/db/postgres/store.ts";
import { dropDatabase, freshDatabase } from "../../../support/postgres.ts";
import type { OpenGround } from "../conformance/ground.ts";
import { storeSuite } from "../conformance/store.ts";

const opened: { url: string; close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const { url, close } of opened.splice(0)) {
    await close();
    await dropDatabase(url);
  }
});

/** What every store must do, done by PostgreSQL. */
const open: OpenGround = async () => {
  const url = await freshDatabase();
  const db = await openPostgres({ url, connections: 4 }, (error) => {
    throw error;
  });
  const store = postgresStore(db, { origin: "node", now: () => 1 });
  opened.push({ url, close: () => store.close() });
  return {
    store,
    run: async (statement) => void (await db.sql.unsafe(statement)),
    failOn: async (text) => {
      await db.sql.unsafe(`
        create function poison() returns trigger language plpgsql as $$
        begin raise exception 'poisoned'; end $$;
        create trigger poison before insert on messages for each row
        when (new.text = '${text}') execute function poison()`);
    },
  };
};

storeSuite("PostgreSQL", open, { modelRuns: 20 });
