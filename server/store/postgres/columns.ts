import { sql } from "drizzle-orm";
import { bigint, customType } from "drizzle-orm/pg-core";

export const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
/** The number of a transaction, as text: it has 64 bits. */
export const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });
export const number = (name?: string) =>
  name ? bigint(name, { mode: "number" }) : bigint({ mode: "number" });
export const thisTransaction = sql`pg_current_xact_id()`;
