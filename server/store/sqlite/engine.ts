import { type Column, sql } from "drizzle-orm";
import type { QueryPromise } from "drizzle-orm/query-promise";
import { insertedEntry } from "../audit.ts";
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
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { ormOf, rowsOf, run } from "./orm.ts";
import { pendingVacuumNote } from "./pending-vacuum.ts";
import * as schema from "./schema.ts";

const words: SqlWords = {
  greatest: (...values) => sql`max(${sql.join(values, sql`, `)})`,
  least: (...values) => sql`min(${sql.join(values, sql`, `)})`,
  now: sql`unixepoch() * 1000`,
  field: (column: Column, name: string) => sql`json_extract(${column}, ${`$.${name}`})`,
};

/** Runs store functions on SQLite: in this turn, so that nothing comes between the statements of one. */
export function sqliteEngine(opened: Db, committed: (outcome: Committed) => void): Engine {
  const db = ormOf(opened);
  const reading = readingOf(db);

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
        yield* done(
          reading.once("pending vacuum", () => pendingVacuumNote(reading)),
          {},
        );
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
        return driven(operation.work(reading, ...given), db, 1);
      }),
  };
}

/** A query that was built once is prepared too, the first time it runs. */
function readingOf(db: Orm): Reading {
  const built = new Map<string, QueryPromise<unknown>>();
  return {
    db,
    t: schema,
    words,
    once<T extends QueryPromise<unknown>>(name: string, build: () => T): T {
      const query = built.get(name) ?? build();
      built.set(name, query);
      return query as T;
    },
  };
}

/** Runs each statement where it is yielded. */
function driven<T>(work: Work<T>, db: Orm, most?: number): T {
  const next = steps(work, db, most);
  let step = next();
  while (!step.done) {
    const { query, gives, values } = step.value;
    step = next(gives === "rows" ? rowsOf(query, values) : void run(query, values));
  }
  return step.value;
}
