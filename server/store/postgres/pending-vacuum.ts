import type { SQL } from "bun";
import { sql } from "drizzle-orm";
import type { NativeMessages } from "../messages.ts";
import type { Orm } from "../transaction.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { meta } from "./schema.ts";

// Notes of deletions whose traces are to be cleared away, in `meta`, so that no restart forgets them, and any node takes
// them up. Each deletion makes one of its own: so none waits for another, and none is lost that comes while others are cleared.

/** How long clearing out may take: as long as a large table needs, while everything else goes on. */
const vacuumMs = 1_800_000;

export const postgresVacuum = (db: Db): Pick<NativeMessages, "isVacuumPending" | "vacuum"> => ({
  isVacuumPending: () => withDbErrors(() => isVacuumPending(db)),
  // Needs no room. Frees the space of what was deleted for what comes next. What PostgreSQL has in its own log, its archives and its
  // replicas goes when those go, on the disk when it is written over, and not before the last transaction has ended that
  // began earlier: that is up to whoever runs it.
  vacuum: () =>
    withDbErrors(async () => {
      const connection = await db.sql.reserve();
      try {
        await connection`select set_config('statement_timeout', ${String(vacuumMs)}, false)`;
        const noted = await pendingVacuumOf(connection);
        await connection`vacuum chat_messages`;
        await clearPendingVacuum(connection, noted);
        return null;
      } finally {
        await connection`reset statement_timeout`.finally(() => connection.release());
      }
    }, vacuumMs),
});

/** To be run in the transaction of a deletion. */
export const pendingVacuumNote = (db: Pick<Orm, "insert">) =>
  db.insert(meta).values({ key: sql`'traces ' || gen_random_uuid()`, value: "" });

async function isVacuumPending({ sql }: Db): Promise<boolean> {
  const found = await sql`select from meta where key like 'traces %' limit 1`;
  return found.length > 0;
}

/** The notes that are there by now. */
async function pendingVacuumOf(sql: SQL): Promise<string[]> {
  const rows: { key: string }[] = await sql`select key from meta where key like 'traces %'`;
  return rows.map(({ key }) => key);
}

async function clearPendingVacuum(sql: SQL, notes: string[]): Promise<void> {
  await sql`delete from meta where key = any(${notes}::text[])`;
}
