import type { SQL, TransactionSQL } from "bun";
import { withDbErrors } from "./db-errors.ts";

/** Names the advisory lock under which a database is brought up to date. */
export const migrationLock = 7_239_610_455;

/** Gives the database another epoch, so that all clients load anew, and says in it why. */
export async function newEpoch(db: { readonly sql: SQL; epoch: string }, reason: string): Promise<string> {
  return withDbErrors(async () => {
    db.epoch = await db.sql.begin(async (transaction) => {
      await alone(transaction);
      return begin(transaction, reason);
    });
    return db.epoch;
  });
}

/**
 * Notices that the database was restored, moved, or taken over by a standby since it was opened before, and then begins
 * a new epoch. Each of those leaves another cluster, another database in it, or another timeline. Gives the epoch.
 */
export async function settleIncarnation(sql: SQL): Promise<string> {
  const { known, present } = await incarnations(sql);
  if (known === present) return epochIn(sql);
  return sql.begin(async (transaction) => {
    await alone(transaction);
    const { known, present } = await incarnations(transaction);
    if (known === present) return epochIn(transaction);
    await note(transaction, "incarnation", present);
    return known === null
      ? epochIn(transaction)
      : begin(transaction, `it was ${known} and is ${present}: restored or moved`);
  });
}

/** What the database was when it was last opened, null if never, and what it is: cluster, database, timeline. */
async function incarnations(sql: SQL | TransactionSQL): Promise<{ known: string | null; present: string }> {
  const [found] = await sql`
    select system_identifier || ':' || oid || ':' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) as present,
      (select value from meta where key = 'incarnation') as known
    from pg_control_system(), pg_database where datname = current_database()`;
  return found;
}

/** Lets nobody append meanwhile, nor begin an epoch; who is appending comes first. */
async function alone(sql: TransactionSQL) {
  await sql`set local statement_timeout = '60s'`;
  await sql`lock table conversations in exclusive mode`;
}

async function begin(sql: TransactionSQL, reason: string): Promise<string> {
  await sql`update meta set value = replace(gen_random_uuid()::text, '-', '') where key = 'epoch'`;
  await note(sql, "epoch_reason", reason);
  // Numbers of transactions of another cluster may lie in this one's future, where every look would find them.
  await sql`update conversations set changed = '0' where changed > pg_current_xact_id()`;
  await sql`delete from notices where xid > pg_current_xact_id()`;
  return epochIn(sql);
}

async function epochIn(sql: SQL | TransactionSQL): Promise<string> {
  const [epoch] = await sql`select value from meta where key = 'epoch'`;
  if (!epoch) throw new Error("The database has no epoch; was a migration interrupted by hand?");
  return epoch.value;
}

async function note(sql: TransactionSQL, key: string, value: string) {
  await sql`
    insert into meta (key, value) values (${key}, ${value})
    on conflict (key) do update set value = excluded.value`;
}
