import type { Alerts } from "../accounts/alerts.ts";
import type { News } from "../accounts/news.ts";
import type { Resets } from "../auth/resets.ts";
import { closeCodes } from "../protocol/close-codes.ts";
import { reset, resetCheck } from "../protocol/resets.ts";
import type { Connections } from "../realtime/connections.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { addressOf } from "./env.ts";
import { clientOf, type Login } from "./login.ts";
import { idOf } from "./people-routes.ts";

export interface ResetRoutesDeps {
  resets: Resets;
  alerts: Alerts;
  connections: Connections;
  news: News;
  login: Login;
}

/** How a forgotten password is mended. */
export const resetRoutes = ({ resets, alerts, connections, news, login }: ResetRoutesDeps): Route[] => [
  [
    "POST",
    "/api/people/:id/reset",
    "people.reset",
    async (c) => {
      const link = await resets.make({ by: c.var.session, to: idOf(c), address: addressOf(c) });
      await alerts.tell(idOf(c));
      return c.json(link, 201);
    },
    "fresh",
  ],
  [
    "POST",
    "/api/reset/check",
    "anyone",
    async (c) => {
      const { token } = await bodyOf(c, resetCheck);
      return c.json(await resets.check(token, addressOf(c)));
    },
  ],
  [
    "POST",
    "/api/reset",
    "anyone",
    async (c) => {
      const body = await bodyOf(c, reset);
      const client = clientOf(c);
      const { user, factors } = await resets.reset(body, client);
      // The other devices are still there to hear why they have to go.
      news.tell(user.id, "password.reset", client.device);
      await alerts.tell(user.id);
      connections.closeUser(user.id, closeCodes.signedOut);
      return c.json(await login.begin(c, user, factors, "reset link"));
    },
  ],
];
