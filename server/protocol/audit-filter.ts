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

const digits = v.pipe(v.string(), v.regex(/^[1-9]\d{0,14}$/, "must be a number"), v.transform(Number));

/** The same in the address of a page of it, which ends before the line `before`. */
export const auditQuery = v.strictObject({
  ...auditFilter.entries,
  person: v.optional(digits),
  since: v.optional(digits),
  until: v.optional(digits),
  before: v.optional(digits),
});

/** Answer of `GET /api/audit`: the latest first; `before` asks for the next page, and is null on the last. */
export interface AuditPage {
  entries: AuditEntry[];
  before: number | null;
}
