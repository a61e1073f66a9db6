import type { Accounts } from "../accounts/accounts.ts";
import type { NewAccounts } from "../accounts/new-accounts.ts";
import type { News } from "../accounts/news.ts";
import type { Sessions } from "../auth/sessions.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import { credentials, deletion, passwordChange, registration } from "../protocol/account.ts";
import { closeCodes } from "../protocol/close-codes.ts";
import type { Connections } from "../realtime/connections.ts";
import { bodyOf } from "./body.ts";
import { markOf } from "./cookies.ts";
import { addressOf, type RouteContext } from "./env.ts";
import { clientOf, type Login } from "./login.ts";

export interface AccountRoutesDeps {
  accounts: Accounts;
  newAccounts: NewAccounts;
  sessions: Sessions;
  connections: Connections;
  news: News;
  auditEntry: MakeAuditEntry;
  login: Login;
}

/** The handlers of `/api/session` and `/api/account`. */
export function accountRoutes({
  accounts,
  newAccounts,
  sessions,
  connections,
  news,
  auditEntry,
  login,
}: AccountRoutesDeps) {
  return {
    async who(c: RouteContext) {
      return c.json(await login.info(await login.sessionOf(c)));
    },

    async register(c: RouteContext) {
      const body = await bodyOf(c, registration);
      const client = clientOf(c);
      const { token, session } = sessions.prepare(client);
      const user = await newAccounts.register(body, client.address, session);
      return c.json(await login.welcome(c, user, token), 201);
    },

    async signIn(c: RouteContext) {
      const user = await accounts.signIn(await bodyOf(c, credentials), clientOf(c), markOf(c));
      return c.json(await login.begin(c, user, 1, "password"));
    },

    async signOut(c: RouteContext) {
      const { session } = c.var;
      const entry = auditEntry("session.ended", { by: session.userId, address: addressOf(c) });
      await login.end(session, closeCodes.signedOut, entry);
      return login.left(c);
    },

    async account(c: RouteContext) {
      return c.json(await accounts.info(c.var.session));
    },

    /** Every session ends; the browser that asked goes on with a new one. */
    async changePassword(c: RouteContext) {
      const { current, password } = await bodyOf(c, passwordChange);
      const { session } = c.var;
      const client = clientOf(c);
      const user = await accounts.changePassword(session, current, password, client.address);
      connections.closeSession(session, closeCodes.restarting);
      connections.closeUser(user.id, closeCodes.signedOut);
      await login.begin(c, user, session.factors, "password");
      news.tell(user.id, "password.changed", client.device);
      return c.body(null, 204);
    },

    async remove(c: RouteContext) {
      const { session } = c.var;
      await accounts.remove(session, await bodyOf(c, deletion), addressOf(c));
      connections.closeUser(session.userId, closeCodes.accountDeleted);
      return login.left(c);
    },
  };
}
