import type { Accounts } from "../accounts/accounts.ts";
import type { Alerts } from "../accounts/alerts.ts";
import type { News } from "../accounts/news.ts";
import type { ChangePreferences } from "../accounts/preferences.ts";
import type { Devices } from "../auth/devices.ts";
import type { SecondFactor } from "../auth/second-factor.ts";
import type { DataExport } from "../export/data-export.ts";
import { closeCodes } from "../protocol/close-codes.ts";
import { totalHeader } from "../protocol/export.ts";
import type { Connections } from "../realtime/connections.ts";
import { type Handlers, numberIn } from "./handler.ts";
import { clientOf, type Login } from "./login.ts";

export interface AccountRoutesDeps {
  accounts: Accounts;
  alerts: Alerts;
  changePreferences: ChangePreferences;
  ownDevices: Devices;
  secondFactor: SecondFactor;
  dataExport: DataExport;
  connections: Connections;
  news: News;
  login: Login;
}

const types = { json: "application/json; charset=utf-8", html: "text/html; charset=utf-8" };

/** One's own account: its password, second step, devices, alerts and data. */
export function accountRoutes(deps: AccountRoutesDeps) {
  const { accounts, alerts, ownDevices, secondFactor, connections, news, login } = deps;
  return {
    "GET /api/account": ({ session }) => accounts.info(session),

    /** Every session ends; the browser that asked goes on with a new one. */
    "PUT /api/account/password": async ({ c, session, body: { current, password } }) => {
      const { address, device } = clientOf(c);
      const user = await accounts.changePassword(session, current, password, address);
      connections.closeSession(session, closeCodes.restarting);
      connections.closeUser(user.id, closeCodes.signedOut);
      await login.begin(c, user, session.factors, "password");
      news.tell(user.id, "password.changed", device);
    },

    "DELETE /api/account": async ({ c, session, body, address }) => {
      await accounts.remove(session, body, address);
      connections.closeUser(session.userId, closeCodes.accountDeleted);
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
      const { address, device } = clientOf(c);
      const recoveryCodes = await secondFactor.confirm(session, body, address);
      await login.renew(c, session, 2, "code");
      // Told while the other devices are still connected, so that they hear why they have to go.
      news.tell(session.userId, "code.added", device);
      const { signedOut, proofNeeded } = closeCodes;
      connections.closeUser(session.userId, session.hasCode ? signedOut : proofNeeded);
      return { recoveryCodes };
    },

    "DELETE /api/account/code": async ({ c, session, address }) => {
      await secondFactor.remove(session, address);
      news.tell(session.userId, "code.removed", clientOf(c).device);
      // Its own sockets come back too: what they hold of the session has changed.
      connections.closeSession(session, closeCodes.restarting);
      connections.closeUser(session.userId, closeCodes.signedOut);
    },

    "POST /api/account/recovery-codes": async ({ c, session, address }) => {
      const recoveryCodes = await secondFactor.renewRecoveryCodes(session, address);
      news.tell(session.userId, "recovery.renewed", clientOf(c).device);
      // Where these are the first, the password alone opens nothing any more.
      connections.learn(session.userId, { hasRecovery: true });
      return { recoveryCodes };
    },

    "GET /api/account/alerts": ({ session }) => alerts.list(session),
    "PUT /api/account/alerts/:id": ({ session, id }) => alerts.see(session, numberIn(id)),

    "GET /api/account/sessions": ({ session }) => ownDevices.list(session),
    "PUT /api/account/sessions/:id": ({ session, id, body }) => ownDevices.label(session, id, body.label),

    "DELETE /api/account/sessions/:id": async ({ session, id, address }) => {
      const ended = await ownDevices.end(session, id, address);
      connections.closeSession({ id: ended, userId: session.userId }, closeCodes.signedOut);
    },

    "DELETE /api/account/sessions": async ({ session, address }) => {
      await ownDevices.endOthers(session, address);
      connections.closeUser(session.userId, closeCodes.signedOut, session);
    },
  } satisfies Partial<Handlers>;
}
