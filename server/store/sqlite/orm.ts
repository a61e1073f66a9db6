import type { QueryPromise } from "drizzle-orm/query-promise";
import type { Orm, Values } from "../transaction.ts";
import type { Db } from "./open.ts";

/** What builds queries on the tables that both databases share. */
export const ormOf = (db: Db) => db as unknown as Orm;

/** The types are PostgreSQL's, and what Drizzle has built is SQLite's, which can be run at once. */
interface Synchronous<T> {
  all(values?: Values): T;
  run(values?: Values): void;
  prepare(): Synchronous<T>;
}

/** Those that run with values of their own are run again and again. */
const prepared = new WeakMap<object, Synchronous<unknown>>();

function synchronous<T>(query: QueryPromise<T>, values: Values | undefined): Synchronous<T> {
  const built = query as unknown as Synchronous<T>;
  if (values === undefined) return built;
  const known = prepared.get(query) ?? built.prepare();
  prepared.set(query, known);
  return known as Synchronous<T>;
}

/** Runs a query at once; gives its rows. */
export const rowsOf = <T>(query: QueryPromise<T>, values?: Values): T =>
  synchronous(query, values).all(values);

/** Runs a statement at once. */
export const run = (query: QueryPromise<unknown>, values?: Values): void =>
  synchronous(query, values).run(values);
