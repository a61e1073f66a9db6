import { isIP } from "node:net";
import type { News } from "../accounts/news.ts";
import type { Page } from "../auth/passkey-ceremonies.ts";
import type { Passkeys } from "../auth/passkeys.ts";
import { spend } from "../limits/rate-limit.ts";
import type { Allowance } from "../limits/token-buckets.ts";
import { type AddedPasskey, newPasskey, passkeyAnswer, passkeyName } from "../protocol/passkeys.ts";
import type { Connections } from "../realtime/connections.ts";
import { Refusal } from "../refusal.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { addressOf, type RouteContext } from "./env.ts";
import { clientOf, type Login } from "./login.ts";

export interface PasskeyRoutesDeps {
  passkeys: Passkeys;
  /** Bounds how many questions one address asks for, and how many answers it gives. */
  passkeyRate: Allowance;
  connections: Connections;
  news: News;
  login: Login;
}

/** Signing in with a passkey, and the passkeys of one's own. */
export function passkeyRoutes(deps: PasskeyRoutesDeps): Route[] {
  const { passkeys, passkeyRate, connections, news, login } = deps;
  const named = (c: RouteContext) => c.req.param("id") ?? "";

  return [
    [
      "POST",
      "/api/passkeys/question",
      "anyone",
      async (c) => {
        spend(passkeyRate, addressOf(c));
        return c.json(await passkeys.question(pageOf(c)));
      },
    ],
    [
      "POST",
      "/api/session/passkey",
      "anyone",
      async (c) => {
        const answer = await bodyOf(c, passkeyAnswer);
        spend(passkeyRate, addressOf(c));
        const user = await passkeys.signIn(answer, pageOf(c), addressOf(c));
        return c.json(await login.begin(c, user, 2, "passkey"));
      },
    ],
    [
      "POST",
      "/api/proof/passkey",
      "half signed in",
      async (c) => {
        const { session } = c.var;
        const answer = await bodyOf(c, passkeyAnswer);
        spend(passkeyRate, addressOf(c));
        await passkeys.prove(session, answer, pageOf(c), addressOf(c));
        return c.json(await login.renew(c, session, 2, "passkey"));
      },
    ],
    ["GET", "/api/account/passkeys", "enrolling", async (c) => c.json(await passkeys.list(c.var.session))],
    [
      "POST",
      "/api/account/passkey-question",
      "enrolling",
      async (c) => {
        spend(passkeyRate, addressOf(c));
        return c.json(await passkeys.newQuestion(c.var.session, pageOf(c)));
      },
      "fresh",
    ],
    [
      "POST",
      "/api/account/passkeys",
      "enrolling",
      async (c) => {
        const { session } = c.var;
        const { device, address } = clientOf(c);
        const made = await bodyOf(c, newPasskey);
        spend(passkeyRate, addressOf(c));
        const recoveryCodes = await passkeys.add(session, made, pageOf(c), address);
        // The authenticator has verified its user: this session has seen both factors.
        const info = await login.renew(c, session, 2, "passkey");
        news.tell(session.userId, "passkey.added", device);
        // Those that know the password alone are out with it, as soon as somebody looks.
        connections.learn(session.userId, { hasPasskey: true, hasRecovery: true });
        return c.json({ ...info, ...(recoveryCodes && { recoveryCodes }) } satisfies AddedPasskey, 201);
      },
      "fresh",
    ],
    [
      "PUT",
      "/api/account/passkeys/:id",
      "signed in",
      async (c) => {
        const { name } = await bodyOf(c, passkeyName);
        spend(passkeyRate, addressOf(c));
        await passkeys.rename(c.var.session, named(c), name);
        return c.body(null, 204);
      },
    ],
    [
      "DELETE",
      "/api/account/passkeys/:id",
      "signed in",
      async (c) => {
        const { session } = c.var;
        const { device, address } = clientOf(c);
        const wasLast = await passkeys.remove(session, named(c), address);
        news.tell(session.userId, "passkey.removed", device);
        if (wasLast) connections.learn(session.userId, { hasPasskey: false, hasRecovery: session.hasCode });
        return c.body(null, 204);
      },
      "fresh",
    ],
  ];
}

/** The page a request comes from, whose origin was checked before; browsers know no passkeys at bare addresses. */
function pageOf(c: RouteContext): Page {
  const origin = c.req.header("origin") ?? "";
  const rpId = URL.parse(origin)?.hostname ?? "";
  if (rpId === "" || rpId.startsWith("[") || isIP(rpId) > 0) throw new Refusal("passkeys_need_name");
  return { origin, rpId };
}
