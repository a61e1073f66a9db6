import * as v from "valibot";
import type { Reports } from "../moderation/reports.ts";
import { reporting, settlement } from "../protocol/reports.ts";
import { validate } from "../validate.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { addressOf } from "./env.ts";
import { idOf } from "./people-routes.ts";
import { queryOf } from "./query.ts";

export interface ReportRoutesDeps {
  reports: Reports;
}

const asked = v.strictObject({ which: v.optional(v.picklist(["open", "all"]), "open") });

/** Messages shown to the moderators, and what becomes of them. */
export const reportRoutes = ({ reports }: ReportRoutesDeps): Route[] => [
  [
    "POST",
    "/api/reports",
    "message.report",
    async (c) => {
      await reports.add(c.var.session, await bodyOf(c, reporting), addressOf(c));
      return c.body(null, 204);
    },
  ],
  [
    "GET",
    "/api/reports",
    "reports.settle",
    async (c) => c.json(await reports.list(c.var.session, validate(asked, queryOf(c)).which)),
  ],
  [
    "PUT",
    "/api/reports/:id",
    "reports.settle",
    async (c) => {
      await reports.settle(c.var.session, idOf(c), await bodyOf(c, settlement), addressOf(c));
      return c.body(null, 204);
    },
  ],
];
