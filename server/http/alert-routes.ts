import type { Alerts } from "../accounts/alerts.ts";
import { alertSeen } from "../protocol/alerts.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { idOf } from "./people-routes.ts";

export interface AlertRoutesDeps {
  alerts: Alerts;
}

/** What one has to know of one's account. */
export const alertRoutes = ({ alerts }: AlertRoutesDeps): Route[] => [
  ["GET", "/api/account/alerts", "signed in", async (c) => c.json(await alerts.list(c.var.session))],
  [
    "PUT",
    "/api/account/alerts/:id",
    "signed in",
    async (c) => {
      await bodyOf(c, alertSeen);
      await alerts.see(c.var.session, idOf(c));
      return c.body(null, 204);
    },
  ],
];
