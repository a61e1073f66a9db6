import type { SQL } from "bun";
import { sql } from "drizzle-orm";
import type { Orm } from "../transaction.ts";
import type { Db } from "./open.ts";
import { meta } from "./schema.ts";

// Notes of deletions whose traces are to be cleared away, in `meta`, so that no restart forgets them, and any node takes
// them up. Each deletion makes one of its own: so none waits for another, and none is lost that comes while others are cleared.

/** To be run in the transaction of a deletion. */
export const pendingVacuumNote = (db: Pick<Orm, "insert">) =>
  db.insert(meta).values({ key: sql`'traces ' || gen_random_uuid()`, value: "" });

export const notePendingVacuum = sql`insert into meta (key, value) select 'traces ' || gen_random_uuid(), ''`;

export async function isVacuumPending({ sql }: Db): Promise<boolean> {
  const found = await sql`select from meta where key like 'traces %' limit 1`;
  return found.length > 0;
}

/** The notes that are there by now. */
export async function pendingVacuumOf(sql: SQL): Promise<string[]> {
  const rows: { key: string }[] = await sql`select key from meta where key like 'traces %'`;
  return rows.map(({ key }) => key);
}

export async function clearPendingVacuum(sql: SQL, notes: string[]): Promise<void> {
  await sql`delete from meta where key = any(${notes}::text[])`;
}
