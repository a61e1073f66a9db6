import type { NewAuditEntry } from "../transaction.ts";
import type { Transaction } from "./open.ts";
import { audit } from "./schema.ts";

/** Writes a line of the audit log, where there is one to be written. */
export async function log(db: Pick<Transaction, "insert">, entry: NewAuditEntry | undefined): Promise<void> {
  if (entry !== undefined) await db.insert(audit).values({ ...entry, detail: JSON.stringify(entry.detail) });
}
