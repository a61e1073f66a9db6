import type { NewAuditEntry } from "../transaction.ts";
import type { Db } from "./open.ts";
import { audit } from "./schema-access.ts";

/** The database, or a transaction on it. */
export type Writer = Pick<Db, "insert" | "select" | "update" | "delete">;

/** Writes a line of the audit log, where there is one to be written. */
export function log(db: Writer, entry: NewAuditEntry | undefined): void {
  if (entry === undefined) return;
  db.insert(audit)
    .values({ ...entry, detail: JSON.stringify(entry.detail) })
    .run();
}
