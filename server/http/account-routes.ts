import type { Accounts } from "../accounts/accounts.ts";
import type { MakeAct } from "../accounts/act.ts";
import type { NewAccounts } from "../accounts/new-accounts.ts";
import type { News } from "../accounts/news.ts";
import type { Sessions } from "../accounts/sessions.ts";
import { credentials, deletion, passwordChange, registration } from "../protocol/account.ts";
import { closeCodes } from "../protocol/close-codes.ts";
import type { Connections } from "../realtime/connections.ts";
import { bodyOf } from "./body.ts";
import { markOf } from "./cookies.ts";
import { type Door, whenceOf } from "./door.ts";
import { addressOf, type RouteContext } from "./env.ts";

export interface AccountRoutesDeps {
  accounts: Accounts;
  newAccounts: NewAccounts;
  sessions: Sessions;
  connections: Connections;
  news: News;
  act: MakeAct;
  door: Door;
}

/** The handlers of `/api/session` and `/api/account`. */
export function accountRoutes({
  accounts,
  newAccounts,
  sessions,
  connections,
  news,
  act,
  door,
}: AccountRoutesDeps) {
  return {
    async who(c: RouteContext) {
      return c.json(await door.info(await door.sessionOf(c)));
    },

    async register(c: RouteContext) {
      const body = await bodyOf(c, registration);
      const whence = whenceOf(c);
      const { token, session } = sessions.prepare(whence);
      const user = await newAccounts.register(body, whence.address, session);
      return c.json(await door.welcome(c, user, token), 201);
    },

    async signIn(c: RouteContext) {
      const user = await accounts.signIn(await bodyOf(c, credentials), whenceOf(c), markOf(c));
      return c.json(await door.begin(c, user, 1, "password"));
    },

    async signOut(c: RouteContext) {
      const { session } = c.var;
      const told = act("session.ended", { by: session.userId, address: addressOf(c) });
      await door.end(session, closeCodes.signedOut, told);
      return door.left(c);
    },

    async account(c: RouteContext) {
      return c.json(await accounts.info(c.var.session));
    },

    /** Every session ends; the browser that asked goes on with a new one. */
    async changePassword(c: RouteContext) {
      const { current, password } = await bodyOf(c, passwordChange);
      const { session } = c.var;
      const whence = whenceOf(c);
      const user = await accounts.changePassword(session, current, password, whence.address);
      connections.closeSession(session, closeCodes.restarting);
      connections.closeUser(user.id, closeCodes.signedOut);
      await door.begin(c, user, session.factors, "password");
      news.tell(user.id, "password.changed", whence.device);
      return c.body(null, 204);
    },

    async remove(c: RouteContext) {
      const { session } = c.var;
      await accounts.remove(session, await bodyOf(c, deletion), addressOf(c));
      connections.closeUser(session.userId, closeCodes.accountDeleted);
      return door.left(c);
    },
  };
}
