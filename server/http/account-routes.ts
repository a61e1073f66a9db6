import type { Accounts } from "../accounts/accounts.ts";
import type { Alerts } from "../accounts/alerts.ts";
import type { News } from "../accounts/news.ts";
import type { ChangePreferences } from "../accounts/preferences.ts";
import type { Devices } from "../auth/devices.ts";
import type { SecondFactor } from "../auth/second-factor.ts";
import type { DataExport } from "../export/data-export.ts";
import { totalHeader } from "../protocol/export.ts";
import { type Handlers, numberIn } from "./handler.ts";
import { clientOf, type Login } from "./login.ts";

export interface AccountRoutesDeps {
  accounts: Accounts;
  alerts: Alerts;
  changePreferences: ChangePreferences;
  ownDevices: Devices;
  secondFactor: SecondFactor;
  dataExport: DataExport;
  news: News;
  login: Login;
}

const types = { json: "application/json; charset=utf-8", html: "text/html; charset=utf-8" };

/** One's own account: its password, second step, devices, alerts and data. */
export function accountRoutes(deps: AccountRoutesDeps) {
  const { accounts, alerts, ownDevices, secondFactor, news, login } = deps;
  return {
    "GET /api/account": ({ session }) => accounts.info(session),

    /** Every session ends; the browser that asked goes on with a new one. */
    "PUT /api/account/password": async ({ c, session, body: { current, password } }) => {
      const { address, device } = clientOf(c);
      const user = await accounts.changePassword(session, current, password, address);
      await login.begin(c, user, session.factors, "password");
      news.tell(user.id, "password.changed", device);
    },

    "DELETE /api/account": async ({ c, session, body, address }) => {
      await accounts.remove(session, body, address);
      login.left(c);
    },

    "POST /api/account/export": async ({ c, session, body: { format }, address }) => {
      const { total, file } = await deps.dataExport.export(session, format, address);
      return c.body(file, 200, {
        "Content-Type": types[format],
        "Content-Disposition": `attachment; filename="my-data.${format}"`,
        [totalHeader]: String(total),
      });
    },

    "PATCH /api/account/preferences": ({ session, body }) => deps.changePreferences(session, body),

    "GET /api/account/factors": ({ session }) => secondFactor.info(session),

    "POST /api/account/code": ({ session }) => secondFactor.offer(session),

    "PUT /api/account/code": async ({ c, session, body }) => {
      const recoveryCodes = await secondFactor.confirm(session, body, clientOf(c));
      await login.renew(c, session, 2, "code");
      // Where an app was replaced, the other devices had to go, and have heard why.
      if (!session.hasCode) news.tell(session.userId, "code.added", clientOf(c).device);
      return { recoveryCodes };
    },

    "DELETE /api/account/code": ({ c, session }) => secondFactor.remove(session, clientOf(c)),

    "POST /api/account/recovery-codes": async ({ c, session, address }) => {
      const recoveryCodes = await secondFactor.renewRecoveryCodes(session, address);
      news.tell(session.userId, "recovery.renewed", clientOf(c).device);
      return { recoveryCodes };
    },

    "GET /api/account/alerts": ({ session }) => alerts.list(session),
    "PUT /api/account/alerts/:id": ({ session, id }) => alerts.see(session, numberIn(id)),

    "GET /api/account/sessions": ({ session }) => ownDevices.list(session),
    "PUT /api/account/sessions/:id": ({ session, id, body }) => ownDevices.label(session, id, body.label),

    "DELETE /api/account/sessions/:id": ({ session, id, address }) => ownDevices.end(session, id, address),
    "DELETE /api/account/sessions": ({ session, address }) => ownDevices.endOthers(session, address),
  } satisfies Partial<Handlers>;
}
