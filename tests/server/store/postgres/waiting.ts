import { superuser } from "../../../support/postgres.ts";
import { closeAll, type Node } from "./nodes.ts";

/** Resolves when a statement on the database waits for another. */
export async function untilSomeoneWaits({ db }: Pick<Node, "db">): Promise<void> {
  for (let looks = 0; looks < 500; looks++) {
    const waiting = await db.sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    if (waiting.length > 0) return;
  }
}

/** How often PostgreSQL had to break a circle: told by connections when they end. */
export async function deadlocks(url: string): Promise<number> {
  await closeAll();
  const admin = await superuser();
  const [row] = await admin`
    select deadlocks from pg_stat_database where datname = ${new URL(url).pathname.slice(1)}`;
  return Number(row.deadlocks);
}
