import type { Accounts } from "../accounts/accounts.ts";
import type { KnownDevices } from "../accounts/known-devices.ts";
import type { Sessions } from "../accounts/sessions.ts";
import type { Session, User } from "../db/store.ts";
import {
  credentials,
  deletion,
  passwordChange,
  registration,
  type SessionInfo,
} from "../protocol/account.ts";
import { closeCodes } from "../protocol/close-codes.ts";
import type { Connections } from "../realtime/connections.ts";
import { Refusal } from "../refusal.ts";
import { bodyOf } from "./body.ts";
import { clearToken, markOf, setMark, setToken, tokenOf } from "./cookies.ts";
import { addressOf, type RouteContext } from "./env.ts";

export interface AccountRoutesDeps {
  accounts: Accounts;
  sessions: Sessions;
  devices: KnownDevices;
  connections: Connections;
  registration: SessionInfo["registration"];
}

/** The handlers of `/api/session` and `/api/account`. */
export function accountRoutes(deps: AccountRoutesDeps) {
  const { accounts, sessions, devices, connections } = deps;
  const sessionOf = async (c: RouteContext) => sessions.verify(tokenOf(c) ?? "");
  const deviceOf = (c: RouteContext) => c.req.header("user-agent") ?? "";
  const info = (user: SessionInfo["user"]): SessionInfo => ({ user, registration: deps.registration });

  async function begin(c: RouteContext, user: User) {
    const { id, token } = await sessions.start(user.id, deviceOf(c));
    // A change of the password ends the sessions there are: one that began after it, on the former password, is seen here.
    if (!(await accounts.stillProven(user))) {
      await sessions.end({ id });
      throw new Refusal("wrong_credentials");
    }
    return welcome(c, user, token);
  }

  /** The session the browser had before ends: a sign-in never continues it. */
  async function welcome(c: RouteContext, user: User, token: string) {
    const former = await sessionOf(c);
    if (former) await end(former);
    setToken(c, token);
    setMark(c, devices.mark(user));
    return info({ id: user.id, name: user.name });
  }

  async function end(session: Session) {
    await sessions.end(session);
    connections.closeSession(session, closeCodes.signedOut);
  }

  /** Nothing stays in the browser of someone who left. */
  function left(c: RouteContext) {
    clearToken(c);
    c.header("Clear-Site-Data", '"cache"');
    return c.body(null, 204);
  }

  return {
    async who(c: RouteContext) {
      const session = await sessionOf(c);
      return c.json(info(session && { id: session.userId, name: session.userName }));
    },

    async register(c: RouteContext) {
      const body = await bodyOf(c, registration);
      const { token, session } = sessions.prepare(deviceOf(c));
      const user = await accounts.register(body, addressOf(c), session);
      return c.json(await welcome(c, user, token), 201);
    },

    async signIn(c: RouteContext) {
      const user = await accounts.signIn(await bodyOf(c, credentials), addressOf(c), markOf(c));
      return c.json(await begin(c, user));
    },

    async signOut(c: RouteContext) {
      await end(c.var.session);
      return left(c);
    },

    async account(c: RouteContext) {
      return c.json(await accounts.info(c.var.session));
    },

    /** Every session ends; the browser that asked goes on with a new one. */
    async changePassword(c: RouteContext) {
      const { current, password } = await bodyOf(c, passwordChange);
      const { session } = c.var;
      const user = await accounts.changePassword(session, current, password, addressOf(c));
      connections.closeSession(session, closeCodes.restarting);
      connections.closeUser(user.id, closeCodes.signedOut);
      await begin(c, user);
      return c.body(null, 204);
    },

    async remove(c: RouteContext) {
      const { password } = await bodyOf(c, deletion);
      const { session } = c.var;
      await accounts.remove(session, password, addressOf(c));
      connections.closeUser(session.userId, closeCodes.accountDeleted);
      return left(c);
    },
  };
}
