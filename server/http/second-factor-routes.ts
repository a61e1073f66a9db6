import type { News } from "../accounts/news.ts";
import type { SecondFactor } from "../auth/second-factor.ts";
import type { Sessions } from "../auth/sessions.ts";
import { closeCodes } from "../protocol/close-codes.ts";
import { codeConfirmation, codeGiven } from "../protocol/second-factor.ts";
import type { Connections } from "../realtime/connections.ts";
import { Refusal } from "../refusal.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { addressOf, type RouteContext } from "./env.ts";
import { clientOf, type Login } from "./login.ts";

export interface SecondFactorRoutesDeps {
  secondFactor: SecondFactor;
  sessions: Sessions;
  connections: Connections;
  news: News;
  login: Login;
}

/** The second step of signing in, and how an account gets and loses it. */
export function secondFactorRoutes(deps: SecondFactorRoutesDeps): Route[] {
  const { secondFactor, sessions, connections, news, login } = deps;

  async function signIn(c: RouteContext) {
    const { session } = c.var;
    const { code } = await bodyOf(c, codeGiven);
    const stage = sessions.stageOf(session);
    if (stage !== "second factor")
      throw new Refusal(stage === "enrolment" ? "enrolment_needed" : "not_allowed");
    const way = await secondFactor.prove(session, code, clientOf(c));
    return c.json(await login.renew(c, session, 2, way));
  }

  async function confirm(c: RouteContext) {
    const { session } = c.var;
    const { userId, hasCode } = session;
    const { address, device } = clientOf(c);
    const recoveryCodes = await secondFactor.confirm(session, await bodyOf(c, codeConfirmation), address);
    await login.renew(c, session, 2, "code");
    // The other devices are still there to hear why they have to go.
    news.tell(userId, "code.added", device);
    connections.closeUser(userId, hasCode ? closeCodes.signedOut : closeCodes.proofNeeded);
    return c.json({ recoveryCodes });
  }

  async function remove(c: RouteContext) {
    const { session } = c.var;
    await secondFactor.remove(session, addressOf(c));
    news.tell(session.userId, "code.removed", clientOf(c).device);
    // What is held of the session under its sockets has changed, too.
    connections.closeSession(session, closeCodes.restarting);
    connections.closeUser(session.userId, closeCodes.signedOut);
    return c.body(null, 204);
  }

  async function renewRecoveryCodes(c: RouteContext) {
    const { session } = c.var;
    const recoveryCodes = await secondFactor.renewRecoveryCodes(session, addressOf(c));
    news.tell(session.userId, "recovery.renewed", clientOf(c).device);
    // Where these are the first, the password alone opens nothing any more.
    connections.learn(session.userId, { hasRecovery: true });
    return c.json({ recoveryCodes }, 201);
  }

  return [
    ["POST", "/api/session/code", "half signed in", signIn],
    ["GET", "/api/account/factors", "enrolling", async (c) => c.json(await secondFactor.info(c.var.session))],
    [
      "POST",
      "/api/account/code",
      "enrolling",
      async (c) => c.json(await secondFactor.offer(c.var.session), 201),
      "fresh",
    ],
    ["PUT", "/api/account/code", "enrolling", confirm],
    ["DELETE", "/api/account/code", "signed in", remove, "fresh"],
    ["POST", "/api/account/recovery-codes", "signed in", renewRecoveryCodes, "fresh"],
  ];
}
