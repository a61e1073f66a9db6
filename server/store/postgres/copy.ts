import type { SQL, TransactionSQL } from "bun";
import { copiedTables, numberedTables } from "./copied-tables.ts";
import { withDbErrors } from "./db-errors.ts";
import { DatabaseError } from "./failures.ts";
import type { Db } from "./open.ts";

/** The key in `meta` that is there while a copy into this database has begun and not finished. */
const unfinishedKey = "copy";
/** The key in `meta` of what the database is a copy of. */
const finishedKey = "copy_of";

/** How far a copy has come, as it stands in the database that is copied into. */
export interface Progress {
  /** Names the database that is copied, in the state it is copied in. */
  source: string;
  /** The epoch that the copy will have. */
  epoch: string;
  /** The table that is being copied, and the key of its last row that is here; null when all tables are. */
  at: { table: string; after: (string | number)[] | null } | null;
  /** How many messages are here. */
  messages: number;
}

/** What a copy has besides its rows. */
export interface Facts {
  epoch: string;
  pepper: string;
  /** The highest number that a row of each numbered table ever had. */
  last: Record<string, number>;
}

/** A copy that cannot go on as things are. The message says why. */
const stop = (sentence: string): never => {
  throw new DatabaseError(sentence);
};

/**
 * Begins a copy in an empty database, or finds how far the one from the same source has come. Stops where something
 * else is in the database, or all of it.
 */
export async function beginCopy(sql: SQL, start: Progress): Promise<Progress> {
  // Whoever is still storing a batch, such as a process that was killed meanwhile, holds this row until it is through.
  const begun = await sql.begin((tx) => tx`select value from meta where key = ${unfinishedKey} for update`);
  if (begun.length > 0) {
    const found: Progress = JSON.parse(begun[0].value);
    if (found.source === start.source) return found;
    return stop(
      "PostgreSQL holds a part of another copy: of another database, or of this one before its server ran again. Give DATABASE_URL an empty database.",
    );
  }
  const [done] = await sql`select from meta where key = ${finishedKey} and value = ${start.source}`;
  if (done)
    stop("This database was copied into PostgreSQL before, all of it. Start nodes there: bun run start");
  if (!(await isEmpty(sql)))
    stop("PostgreSQL holds a chat already, and is left alone. Give DATABASE_URL an empty database.");
  const [made] = await sql`
    insert into meta (key, value) values (${unfinishedKey}, ${JSON.stringify(start)})
    on conflict do nothing returning key`;
  return made ? start : stopForAnother();
}

/** Whether there is nothing but what the migrations make: the group, in which nobody wrote. */
async function isEmpty(sql: SQL): Promise<boolean> {
  for (const { name } of copiedTables) {
    const used =
      name === "conversations"
        ? await sql`select from conversations where head > 0 or kind <> 'group' limit 1`
        : await sql`select from ${sql(name)} limit 1`;
    if (used.length > 0) return false;
  }
  return true;
}

/** Stores a batch and how far the copy has come with it, both or neither. */
export async function advance(
  sql: SQL,
  from: Progress,
  to: Progress,
  store: (transaction: TransactionSQL) => Promise<unknown>,
): Promise<void> {
  await refuseRunningNode(sql);
  await sql.begin(async (transaction) => {
    const [moved] = await transaction`
      update meta set value = ${JSON.stringify(to)} where key = ${unfinishedKey} and value = ${JSON.stringify(from)}
      returning key`;
    if (!moved) stopForAnother();
    await store(transaction);
  });
}

/** Gives the database the epoch, the mark of the pepper and the numbers that come next. */
export async function setFacts(sql: SQL, { epoch, pepper, last }: Facts): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`
      insert into meta (key, value) values ('epoch', ${epoch}), ('pepper', ${pepper})
      on conflict (key) do update set value = excluded.value`;
    for (const table of numberedTables) {
      const number = last[table] ?? 0;
      await transaction`
        select setval(pg_get_serial_sequence(${table}, 'id'), ${Math.max(number, 1)}::bigint, ${number > 0}::boolean)`;
    }
  });
}

/** What `setFacts` has set, as it stands. */
export async function factsOf(sql: SQL): Promise<Facts> {
  const [found] = await sql`
    select (select value from meta where key = 'epoch') as epoch,
      (select value from meta where key = 'pepper') as pepper`;
  const last: Record<string, number> = {};
  for (const table of numberedTables) {
    const [row] = await sql`
      select coalesce(pg_sequence_last_value(pg_get_serial_sequence(${table}, 'id')::regclass), 0)::float8 as number`;
    last[table] = row.number;
  }
  return { epoch: found.epoch, pepper: found.pepper, last };
}

/** Makes the copy a database like any other, which nodes may start on. */
export async function finishCopy(sql: SQL, progress: Progress): Promise<void> {
  await refuseRunningNode(sql);
  for (const { name } of copiedTables) await sql`analyze ${sql(name)}`;
  await sql.begin(async (transaction) => {
    const [finished] = await transaction`
      delete from meta where key = ${unfinishedKey} and value = ${JSON.stringify(progress)} returning key`;
    if (!finished) stopForAnother();
    await transaction`
      insert into meta (key, value) values (${finishedKey}, ${progress.source})
      on conflict (key) do update set value = excluded.value`;
  });
}

/** Stops while a node runs on the database: it would write between what is copied. */
export async function refuseRunningNode(sql: SQL): Promise<void> {
  const [running] = await sql`select from nodes where lease_until > clock_timestamp()`;
  if (running) stop("A node is running on this PostgreSQL. Stop it first: it may start when all is copied.");
}

const stopForAnother = () => stop("Another process is copying into this PostgreSQL at the same time.");

/** Refuses, with a DatabaseError, a database that holds only a part of what is being copied into it. */
export async function refuseUnfinished(db: Db): Promise<void> {
  const [found] = await withDbErrors(() => db.sql`select from meta where key = ${unfinishedKey}`);
  if (!found) return;
  throw new DatabaseError(
    "The copy of a SQLite database into this PostgreSQL has not finished. Run it again, and it goes on: bun run migrate-to-postgres",
  );
}
