import type { QueryPromise } from "drizzle-orm/query-promise";
import type { Orm } from "../transaction.ts";
import type { Db } from "./open.ts";

/** What builds queries on the tables that both databases share. */
export const ormOf = (db: Db) => db as unknown as Orm;

/** The types are PostgreSQL's, and what Drizzle has built is SQLite's, which can be run at once. */
type Synchronous<T> = { all(): T; run(): void };

/** Runs a query at once; gives its rows. */
export const rowsOf = <T>(query: QueryPromise<T>): T => (query as unknown as Synchronous<T>).all();

/** Runs a statement at once. */
export const run = (query: QueryPromise<unknown>): void => (query as unknown as Synchronous<unknown>).run();
