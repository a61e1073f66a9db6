import { withDbErrors } from "./db-errors.ts";
import { DatabaseError } from "./failures.ts";
import type { Db } from "./open.ts";

/** The key in `meta` that is there while a copy into this database has begun and not finished. */
export const unfinishedKey = "copy";

/** Refuses, with a DatabaseError, a database that holds only a part of what is being copied into it. */
export async function refuseUnfinished(db: Db): Promise<void> {
  const [found] = await withDbErrors(() => db.sql`select from meta where key = ${unfinishedKey}`);
  if (!found) return;
  throw new DatabaseError(
    "The copy of a SQLite database into this PostgreSQL has not finished. Run it again, and it goes on: bun run migrate-to-postgres",
  );
}
