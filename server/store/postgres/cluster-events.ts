import { sql } from "drizzle-orm";
import type { ClusterEvent } from "../cluster-event.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db, Transaction } from "./open.ts";
import { clusterEvents } from "./schema.ts";

/** Who writes notices: the name of the node, and its clock. */
export interface Author {
  origin: string;
  now(): number;
}

/** Far longer than a node goes on without looking. */
const keepMs = 600_000;

/** Leaves a notice that belongs to nothing else in the database. */
export async function addClusterEvent(db: Db, { origin, now }: Author, event: ClusterEvent): Promise<void> {
  await withDbErrors(
    () => db.sql`
      insert into notices (at, origin, notice) values (${now()}::bigint, ${origin}, ${event}::jsonb)`,
  );
}

/** Leaves events in the transaction that makes them true. */
export async function emit(db: Transaction, author: Author, ...events: ClusterEvent[]): Promise<void> {
  const { origin, now } = author;
  const values = events.map(
    (event) => sql`(${now()}::bigint, ${origin}, ${JSON.stringify(event)}::text::jsonb)`,
  );
  await db.execute(sql`insert into notices (at, origin, notice) values ${sql.join(values, sql`, `)}`);
}

/** Forgets what nodes were to hear of a person and tells their name. */
export const removedEventsOf = (db: Pick<Transaction, "delete">, userId: number) =>
  db
    .delete(clusterEvents)
    .where(
      sql`notice->>'kind' in ('person.registered', 'person.changed') and notice->'person'->>'id' = ${String(userId)}`,
    );

/** Forgets the notices that every node has heard long ago. */
export async function removeOldClusterEvents(db: Db, now: number): Promise<void> {
  await withDbErrors(() => db.sql`delete from notices where at < ${now - keepMs}::bigint`);
}
