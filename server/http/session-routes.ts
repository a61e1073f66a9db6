import type { Accounts } from "../accounts/accounts.ts";
import type { Invitations } from "../accounts/invites.ts";
import type { NewAccounts } from "../accounts/new-accounts.ts";
import type { SettingUp } from "../accounts/set-up.ts";
import type { Proofs } from "../auth/proof.ts";
import type { Resets } from "../auth/resets.ts";
import type { SecondFactor } from "../auth/second-factor.ts";
import type { Sessions } from "../auth/sessions.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import { Refusal } from "../refusal.ts";
import { deviceCookie } from "./cookies.ts";
import type { Handlers } from "./handler.ts";
import { clientOf, type Login } from "./login.ts";

export interface SessionRoutesDeps {
  accounts: Accounts;
  newAccounts: NewAccounts;
  settingUp: SettingUp;
  invitations: Invitations;
  resets: Resets;
  secondFactor: SecondFactor;
  proofs: Proofs;
  sessions: Sessions;
  auditEntry: MakeAuditEntry;
  login: Login;
}

/** How one gets in and out: by a password, its second step, a link, or a new account. Passkeys and providers are elsewhere. */
export function sessionRoutes(deps: SessionRoutesDeps) {
  const { settingUp, invitations, resets, secondFactor, proofs, sessions, login } = deps;
  return {
    "GET /api/session": async ({ c }) => login.info(await login.sessionOf(c)),

    "POST /api/session": async ({ c, body }) =>
      login.begin(c, await deps.accounts.signIn(body, clientOf(c), deviceCookie.of(c)), 1, "password"),

    "POST /api/session/code": async ({ c, session, body }) => {
      const stage = sessions.stageOf(session);
      if (stage !== "second factor")
        throw new Refusal(stage === "enrolment" ? "enrolment_needed" : "not_allowed");
      return login.renew(c, session, 2, await secondFactor.prove(session, body.code, clientOf(c)));
    },

    "DELETE /api/session": async ({ c, session, address }) => {
      const entry = deps.auditEntry("session.ended", { by: session.userId, address });
      await sessions.end(session, entry);
      login.left(c);
    },

    // The session knows no more factors by it than before.
    "POST /api/proof": async ({ c, session, body }) =>
      login.renew(c, session, session.factors, await proofs.prove(session, body, clientOf(c))),

    "POST /api/set-up/check": ({ body, address }) => settingUp.check(body.token, address),

    "POST /api/set-up": async ({ c, body, address }) => {
      const { token, session } = sessions.prepare(clientOf(c));
      return login.welcome(c, await settingUp.setUp(body, address, session), token);
    },

    "POST /api/invitation": ({ body, address }) => invitations.look(body.token, address),

    "POST /api/account": async ({ c, body, address }) => {
      const { token, session } = sessions.prepare(clientOf(c));
      return login.welcome(c, await deps.newAccounts.register(body, address, session), token);
    },

    "POST /api/reset/check": ({ body, address }) => resets.check(body.token, address),

    "POST /api/reset": async ({ c, body }) => {
      const { user, factors } = await resets.reset(body, clientOf(c));
      return login.begin(c, user, factors, "reset link");
    },
  } satisfies Partial<Handlers>;
}
