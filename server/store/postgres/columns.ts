import { sql } from "drizzle-orm";
import { bigint, customType, index, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
/** The number of a transaction, as text: it has 64 bits. */
export const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });
export const number = (name?: string) =>
  name ? bigint(name, { mode: "number" }) : bigint({ mode: "number" });
export const thisTransaction = sql`pg_current_xact_id()`;

/** The words in which the tables are written, as PostgreSQL has them. */
export const postgresColumns = {
  table: pgTable,
  text,
  number,
  bytes: (name?: string) => (name ? bytea(name) : bytea()),
  /** A number that the database gives to each row, and never again. */
  id: () => number().primaryKey().generatedAlwaysAsIdentity(),
  index,
  uniqueIndex,
  primaryKey,
  /**
   * What a conversation has here besides: the transaction that moved its head last. A node asks for those that it could not
   * see yet when it asked before.
   */
  conversation: {
    columns: (): object => ({
      changed: xid8()
        .notNull()
        .default(thisTransaction)
        .$onUpdate(() => thisTransaction),
    }),
    indexes: (on: object) => [index("conversations_changed").on((on as { changed: never }).changed)],
  },
};

export type ColumnWords = typeof postgresColumns;
