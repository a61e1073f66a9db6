import type { Column, SQL } from "drizzle-orm";
import type { BunSQLDatabase } from "drizzle-orm/bun-sql";
import type { QueryPromise } from "drizzle-orm/query-promise";
import type { AuditEntry } from "../protocol/audit.ts";
import type { ClusterEvent } from "./cluster-event.ts";
import type { Tables } from "./tables.ts";

// Every query is written once, as a generator that yields its statements. SQLite runs each where it is yielded, inside one
// transaction that nothing can come between; PostgreSQL is waited for.

/** A statement that waits to be run, and what it gives. */
export interface Statement {
  query: QueryPromise<unknown>;
  gives: "rows" | "nothing";
  /** What stands in the places that the query leaves open (`sql.placeholder`). */
  values?: Values;
}

export type Values = Record<string, string | number | null>;

export type Work<T> = Generator<Statement, T, unknown>;

/** The queries that both databases can build. */
export type Orm = Pick<BunSQLDatabase, "select" | "selectDistinct" | "insert" | "update" | "delete">;

export interface Reading {
  db: Orm;
  t: Tables;
  /** What of SQL the two databases write differently. */
  words: SqlWords;
  /**
   * The query of this name, for what runs all the time: where building one costs more than running it, it is built once. Its
   * values are given when it is run.
   */
  once<T extends QueryPromise<unknown>>(name: string, build: () => T): T;
}

export interface SqlWords {
  greatest(...values: SQL[]): SQL;
  least(...values: SQL[]): SQL;
  /** The clock of the database's machine, in UTC milliseconds. */
  now: SQL;
  /** A field of a JSON object in a column of text. */
  field(column: Column, name: string): SQL;
}

/** A transaction: all of what its statements change is committed, or nothing is. */
export interface Tx extends Reading {
  /** The query whose rows nobody else changes until the transaction ends: for who checks first, and acts then. */
  locking<T extends QueryPromise<unknown>>(query: T): T;
  /** Says what follows from the commit, on every node: see `effects.ts`. Nothing follows where the transaction fails. */
  emit(event: ClusterEvent): void;
  /** Writes a line of the audit log, where one is given, which the security log takes over after the commit. */
  audit(entry: NewAuditEntry | undefined): Work<void>;
  /** Notes that something was deleted, whose text the files of the database still hold. */
  deleted(what: { userId?: number }): Work<void>;
}

/**
 * A line for the audit log. A store function that takes one writes it in its transaction: both or neither, and none where
 * nothing was changed.
 */
export type NewAuditEntry = Omit<AuditEntry, "id">;

/** What has become true by a commit. */
export interface Committed {
  events: ClusterEvent[];
  entries: NewAuditEntry[];
}

/** How a store function is run: as one statement, or as a transaction. */
export type Operation<Given extends unknown[], T> =
  | { kind: "statement"; work(reading: Reading, ...given: Given): Work<T> }
  | { kind: "transaction"; work(tx: Tx, ...given: Given): Work<T> };

/** One statement, which is all there is of it. */
export const statement = <Given extends unknown[], T>(
  work: (reading: Reading, ...given: Given) => Work<T>,
): Operation<Given, T> => ({ kind: "statement", work });

/** Statements that are committed together, or not at all. */
export const transaction = <Given extends unknown[], T>(
  work: (tx: Tx, ...given: Given) => Work<T>,
): Operation<Given, T> => ({ kind: "transaction", work });

/** Runs store functions on one database. */
export interface Engine {
  run<Given extends unknown[], T>(operation: Operation<Given, T>, given: Given): Promise<T>;
}

// biome-ignore lint/suspicious/noExplicitAny: Operations of any arguments.
type Area = Record<string, Operation<any[], unknown>>;

/** An area of the store as its callers have it: the same functions by name, each giving a promise. */
export type Bound<A> = {
  [Name in keyof A]: A[Name] extends Operation<infer Given, infer T>
    ? (...given: Given) => Promise<T>
    : never;
};

/** The functions of an area, on an engine. */
export const bind = <A extends Area>(engine: Engine, area: A): Bound<A> =>
  Object.fromEntries(
    Object.entries(area).map(([name, operation]) => [
      name,
      (...given: unknown[]) => engine.run(operation, given),
    ]),
  ) as Bound<A>;

/**
 * Takes the steps of work, for an engine: each call hands over what the last statement gave, and gives the next one. Refuses more
 * statements than `most`, and one that was built on anything but `db`, since it would be committed apart from the others. After
 * a statement that failed no step is taken: the work cannot catch that and go on, since PostgreSQL takes no more by then.
 */
export function steps<T>(work: Work<T>, db: object, most = Number.POSITIVE_INFINITY) {
  let left = most;
  return (given?: unknown): IteratorResult<Statement, T> => {
    const step = work.next(given);
    if (step.done) return step;
    if (left-- === 0) throw new Error("This takes more than one statement: a transaction");
    if (sessionOf(step.value.query) !== sessionOf(db))
      throw new Error("A statement that does not belong to the transaction");
    return step;
  };
}

/** What a query of Drizzle's is run by: a transaction's own, or that of the whole database. */
const sessionOf = (built: object) => (built as { session?: unknown }).session;

// What is yielded: a forgotten `yield*` would do nothing, which a test of the conventions finds.

/** Runs a query; gives its rows. */
export function* rows<T>(query: QueryPromise<T[]>, values?: Values): Work<T[]> {
  return (yield { query, gives: "rows", values }) as T[];
}

/** Runs a query; gives its first row, or null. */
export function* first<T>(query: QueryPromise<T[]>, values?: Values): Work<T | null> {
  return (yield* rows(query, values))[0] ?? null;
}

/** Runs a query; gives whether it has found something, or changed something where it returns what it did. */
export function* some(query: QueryPromise<unknown[]>): Work<boolean> {
  return (yield* rows(query)).length > 0;
}

/** Runs a statement of which nothing is asked. */
export function* done(query: QueryPromise<unknown>, values?: Values): Work<void> {
  yield { query, gives: "nothing", values };
}
