import * as v from "valibot";
import { type AuditEntry, auditEvents } from "./audit.ts";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/** Which lines of the audit log are wanted: of one kind, about one person, within a time (UTC milliseconds). */
export const auditFilter = v.strictObject({
  event: v.optional(v.picklist(auditEvents)),
  person: v.optional(count),
  since: v.optional(count),
  until: v.optional(count),
});
export type AuditFilter = v.InferOutput<typeof auditFilter>;

/** Answer of `GET /api/audit`: the latest first; `before` asks for the next page, and is null on the last. */
export interface AuditPage {
  entries: AuditEntry[];
  before: number | null;
}
