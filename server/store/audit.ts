import type { AuditEntry, AuditEvent } from "../protocol/audit.ts";

/**
 * A line for the audit log. A method that takes one writes it in the transaction of what it tells: both or neither, and
 * none where nothing was changed. Where the actor or the subject is the account that is being made, they are left as null,
 * and the new account is written down as both.
 */
export type NewAuditEntry = Omit<AuditEntry, "id">;

export interface AuditFilter {
  events?: readonly AuditEvent[] | undefined;
  /** Who did it, or to whom it was done. */
  person?: number | undefined;
  /** Leaves out what others reported of this author's messages, and what became of that. */
  besidesReportsOn?: number | undefined;
  since?: number | undefined;
  until?: number | undefined;
}

export interface Audit {
  add(entry: NewAuditEntry): Promise<void>;
  /** The latest first: at most `limit` entries with an id below `before`. */
  page(filter: AuditFilter, before: number | null, limit: number): Promise<AuditEntry[]>;
  /** Removes what is older than `before`; what is not a year older than the latest entry and than now, by the machine's own clock, the database keeps. */
  removeOld(before: number): Promise<void>;
}
