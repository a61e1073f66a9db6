import * as v from "valibot";
import type { AuditTrail } from "../moderation/audit-log.ts";
import { auditFilter } from "../protocol/audit-filter.ts";
import { validate } from "../validate.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { addressOf } from "./env.ts";
import { queryOf } from "./query.ts";

export interface AuditRoutesDeps {
  trail: AuditTrail;
}

const count = v.pipe(v.string(), v.regex(/^[1-9]\d{0,14}$/, "must be a number"), v.transform(Number));
const asked = v.strictObject({
  ...auditFilter.entries,
  person: v.optional(count),
  since: v.optional(count),
  until: v.optional(count),
  before: v.optional(count),
});

/** The audit log, in pages and as a file. */
export const auditRoutes = ({ trail }: AuditRoutesDeps): Route[] => [
  [
    "GET",
    "/api/audit",
    "audit.read",
    async (c) => {
      const { before, ...filter } = validate(asked, queryOf(c));
      return c.json(await trail.page(c.var.session, filter, before ?? null));
    },
  ],
  [
    "POST",
    "/api/audit/export",
    "audit.read",
    async (c) => {
      const filter = await bodyOf(c, auditFilter);
      const lines = await trail.export(c.var.session, filter, addressOf(c));
      return c.body(lines, 200, {
        "Content-Type": "application/x-ndjson; charset=utf-8",
        "Content-Disposition": 'attachment; filename="audit.ndjson"',
      });
    },
    "fresh",
  ],
];
