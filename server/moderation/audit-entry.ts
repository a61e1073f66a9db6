import type { AuditEvent } from "../protocol/audit.ts";
import type { NewAuditEntry } from "../store/transaction.ts";

interface Circumstances {
  /** The id of who does it; left out where that is not known, or is the account that is being made. */
  by?: number;
  /** The id of whom it is done to, where that is somebody else. */
  to?: number;
  /** The network address it comes from. */
  address?: string;
  detail?: NewAuditEntry["detail"];
}

/** Makes a line for the audit log, as of now. */
export type MakeAuditEntry = (event: AuditEvent, circumstances?: Circumstances) => NewAuditEntry;

export function auditEntries(now: () => number): MakeAuditEntry {
  return (event, { by, to, address, detail } = {}) => ({
    at: now(),
    event,
    actorId: by ?? null,
    subjectId: to ?? null,
    address: address ?? null,
    detail: detail ?? {},
  });
}
