import { SQL } from "bun";
import { openPostgres } from "../../../server/store/postgres/open.ts";

const key = 4711;

/** Where a copy can be held: in the statement that the trigger belongs to. */
export const places = {
  "the first account is stored": "before insert on users for each row when (new.id = 1)",
  "a message in the middle is stored": "before insert on chat_messages for each row when (new.seq = 7500)",
  "all is copied, and nothing compared yet": "before insert on meta for each row when (new.key = 'epoch')",
  "all is compared": "before delete on meta for each row when (old.key = 'copy')",
} as const;

/** Lets whoever copies into a database wait at a place, until released. */
export async function hold(url: string, place: keyof typeof places) {
  const fail = (error: unknown) => {
    throw error;
  };
  await (await openPostgres({ url, connections: 1 }, fail)).close();
  const sql = new SQL({ url, max: 1 });
  await sql.unsafe(`
    create or replace function hold() returns trigger language plpgsql as $$ begin
      perform pg_advisory_xact_lock_shared(${key});
      return coalesce(new, old);
    end $$;
    create trigger hold ${places[place]} execute function hold()`);
  await sql`select pg_advisory_lock(${key}::bigint)`;
  return {
    /** Resolves when someone waits; throws after twenty seconds. */
    async reached() {
      for (const end = performance.now() + 20_000; performance.now() < end; ) {
        const [found] = await sql`
          select from pg_locks join pg_database on oid = database
          where datname = current_database() and locktype = 'advisory' and objid = ${key}::oid and not granted`;
        if (found) return;
      }
      throw new Error(`Nobody came to where ${place}.`);
    },
    async release() {
      await sql`select pg_advisory_unlock(${key}::bigint)`;
      await sql.unsafe(`drop trigger hold ${places[place].replace(/^.*?(on \w+).*$/, "$1")}`);
      await sql.close();
    },
  };
}
