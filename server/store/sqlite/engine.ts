import { type Column, sql } from "drizzle-orm";
import type { QueryPromise } from "drizzle-orm/query-promise";
import { insertedEntry } from "../audit.ts";
import { tables } from "../tables.ts";
import {
  type Committed,
  done,
  type Engine,
  type Orm,
  type Reading,
  type SqlWords,
  steps,
  type Tx,
  type Work,
} from "../transaction.ts";
import { sqliteColumns } from "./columns.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { pendingVacuumNote } from "./pending-vacuum.ts";

export const sqliteTables = tables(sqliteColumns);

const words: SqlWords = {
  greatest: (...values) => sql`max(${sql.join(values, sql`, `)})`,
  least: (...values) => sql`min(${sql.join(values, sql`, `)})`,
  now: sql`unixepoch() * 1000`,
  field: (column: Column, name: string) => sql`json_extract(${column}, ${`$.${name}`})`,
};

/** Runs store functions on SQLite: in this turn, so that nothing comes between the statements of one. */
export function sqliteEngine(opened: Db, committed: (outcome: Committed) => void): Engine {
  const db = opened as unknown as Orm;
  const reading: Reading = { db, t: sqliteTables, words };

  function inTransaction<T>(begin: (tx: Tx) => Work<T>): T {
    const outcome: Committed = { events: [], entries: [] };
    const tx: Tx = {
      ...reading,
      locking: (query) => query,
      emit: (event) => void outcome.events.push(event),
      *audit(entry) {
        if (entry === undefined) return;
        yield* done(insertedEntry(reading, entry));
        outcome.entries.push(entry);
      },
      *deleted() {
        yield* done(pendingVacuumNote(reading));
      },
    };
    const result = opened.$client.transaction(() => driven(begin(tx), db)).immediate();
    committed(outcome);
    return result;
  }

  return {
    run: (operation, given) =>
      withDbErrors(() => {
        if (operation.kind === "transaction") return inTransaction((tx) => operation.work(tx, ...given));
        if (operation.kind === "statement") return driven(operation.work(reading, ...given), db, 1);
        return opened.$client.transaction(() => driven(operation.work(reading, ...given), db)).deferred();
      }),
  };
}

/** Runs each statement where it is yielded. */
function driven<T>(work: Work<T>, db: Orm, most?: number): T {
  const next = steps(work, db, most);
  let step = next();
  while (!step.done) {
    const { query, gives } = step.value;
    step = next(gives === "rows" ? rowsOf(query) : void run(query));
  }
  return step.value;
}

/** The types are PostgreSQL's, and what Drizzle has built is SQLite's, which can be run at once. */
type Synchronous<T> = { all(): T; run(): void };

/** Runs a query at once; gives its rows. */
export const rowsOf = <T>(query: QueryPromise<T>): T => (query as unknown as Synchronous<T>).all();

/** Runs a statement at once. */
export const run = (query: QueryPromise<unknown>): void => (query as unknown as Synchronous<unknown>).run();
