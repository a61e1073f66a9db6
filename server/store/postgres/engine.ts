import { type Column, sql } from "drizzle-orm";
import { insertedEntry } from "../audit.ts";
import {
  type Committed,
  done,
  type Engine,
  type Operation,
  type Orm,
  type Reading,
  type SqlWords,
  type Tx,
  type Work,
} from "../transaction.ts";
import { type Author, emit, removedEventsOf } from "./cluster-events.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db, Transaction } from "./open.ts";
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
      const reading = { db: transaction as Orm, t: schema, words };
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

  const snapshotOf = <T>(begin: (reading: Reading) => Work<T>): Promise<T> =>
    opened.orm.transaction(
      (transaction) => driven(begin({ db: transaction, t: schema, words }), transaction),
      { isolationLevel: "repeatable read", accessMode: "read only" },
    );

  return {
    run: <Given extends unknown[], T>(operation: Operation<Given, T>, given: Given): Promise<T> =>
      withDbErrors(() => {
        if (operation.kind === "transaction") return inTransaction((tx) => operation.work(tx, ...given));
        if (operation.kind === "snapshot") return snapshotOf((reading) => operation.work(reading, ...given));
        const { orm } = opened;
        return driven(operation.work({ db: orm, t: schema, words }, ...given), orm, 1);
      }),
  };
}

type Lockable<T> = { for(strength: "update"): T };

/**
 * Runs one statement after the other; one that fails ends the work, which cannot go on from there. Refuses more than `most`,
 * and a statement that was built on anything but this transaction, since it would be committed apart from it.
 */
async function driven<T>(
  work: Work<T>,
  db: Transaction | Db["orm"],
  most = Number.POSITIVE_INFINITY,
): Promise<T> {
  const { session } = db as unknown as { session: unknown };
  for (let step = work.next(), left = most; ; left--) {
    if (step.done) return step.value;
    if (left === 0) throw new Error("This takes more than one statement: a snapshot, or a transaction");
    const { query } = step.value;
    if ((query as unknown as { session: unknown }).session !== session)
      throw new Error("A statement that does not belong to the transaction");
    step = work.next(await query);
  }
}
