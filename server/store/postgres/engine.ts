import { type Column, sql } from "drizzle-orm";
import { insertedEntry } from "../audit.ts";
import {
  type Committed,
  done,
  type Engine,
  type Operation,
  type Orm,
  type SqlWords,
  steps,
  type Tx,
  type Values,
  type Work,
} from "../transaction.ts";
import { type Author, emit, removedEventsOf } from "./cluster-events.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { pendingVacuumNote } from "./pending-vacuum.ts";
import * as schema from "./schema.ts";

const words: SqlWords = {
  greatest: (...values) => sql`greatest(${sql.join(values, sql`, `)})`,
  least: (...values) => sql`least(${sql.join(values, sql`, `)})`,
  now: sql`floor(extract(epoch from now()) * 1000)::bigint`,
  field: (column: Column, name: string) => sql`${column}::json->>${name}::text`,
};

/** Runs store functions on PostgreSQL, for the node that `author` names. */
export function postgresEngine(opened: Db, author: Author, committed: (outcome: Committed) => void): Engine {
  async function inTransaction<T>(begin: (tx: Tx) => Work<T>): Promise<T> {
    const outcome: Committed = { events: [], entries: [] };
    const result = await opened.orm.transaction(async (transaction) => {
      const reading = { db: transaction as Orm, t: schema, words, once };
      const tx: Tx = {
        ...reading,
        locking: (query) => (query as unknown as Lockable<typeof query>).for("update"),
        emit: (event) => void outcome.events.push(event),
        *audit(entry) {
          if (entry === undefined) return;
          yield* done(insertedEntry(reading, entry));
          outcome.entries.push(entry);
        },
        *deleted({ userId }) {
          yield* done(pendingVacuumNote(transaction));
          if (userId !== undefined) yield* done(removedEventsOf(transaction, userId));
        },
      };
      const given = await driven(begin(tx), transaction);
      if (outcome.events.length > 0) await emit(transaction, author, ...outcome.events);
      return given;
    });
    committed(outcome);
    return result;
  }

  return {
    run: <Given extends unknown[], T>(operation: Operation<Given, T>, given: Given): Promise<T> =>
      withDbErrors(() => {
        if (operation.kind === "transaction") return inTransaction((tx) => operation.work(tx, ...given));
        const { orm } = opened;
        return driven(operation.work({ db: orm, t: schema, words, once }, ...given), orm, 1);
      }),
  };
}

/** Each transaction builds its own: the time goes to the way there and back. */
const once = <T>(_: string, build: () => T): T => build();

/** A query whose places are filled as it is run. */
type WithPlaces = { execute(values: Values): Promise<unknown> };

type Lockable<T> = { for(strength: "update"): T };

/** Runs each statement when the one before it is done. */
async function driven<T>(work: Work<T>, db: object, most?: number): Promise<T> {
  const next = steps(work, db, most);
  let step = next();
  while (!step.done) {
    const { query, values } = step.value;
    step = next(await (values === undefined ? query : (query as unknown as WithPlaces).execute(values)));
  }
  return step.value;
}
