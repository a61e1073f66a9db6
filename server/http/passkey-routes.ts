import { isIP } from "node:net";
import type { News } from "../accounts/news.ts";
import type { Page } from "../auth/passkey-ceremonies.ts";
import type { Passkeys } from "../auth/passkeys.ts";
import { spend } from "../limits/rate-limit.ts";
import type { Allowance } from "../limits/token-buckets.ts";
import { Refusal } from "../refusal.ts";
import type { RouteContext } from "./env.ts";
import type { Handlers } from "./handler.ts";
import { clientOf, type Login } from "./login.ts";

export interface PasskeyRoutesDeps {
  passkeys: Passkeys;
  /** Bounds how many questions one address asks for, and how many answers it gives. */
  passkeyRate: Allowance;
  news: News;
  login: Login;
}

/** Signing in with a passkey, and the passkeys of one's own. */
export function passkeyRoutes({ passkeys, passkeyRate, news, login }: PasskeyRoutesDeps) {
  return {
    "POST /api/passkeys/question": ({ c, address }) => {
      spend(passkeyRate, address);
      return passkeys.question(pageOf(c));
    },

    "POST /api/session/passkey": async ({ c, body, address }) => {
      spend(passkeyRate, address);
      return login.begin(c, await passkeys.signIn(body, pageOf(c), address), 2, "passkey");
    },

    "POST /api/proof/passkey": async ({ c, session, body, address }) => {
      spend(passkeyRate, address);
      await passkeys.prove(session, body, pageOf(c), address);
      return login.renew(c, session, 2, "passkey");
    },

    "GET /api/account/passkeys": ({ session }) => passkeys.list(session),

    "POST /api/account/passkey-question": ({ c, session, address }) => {
      spend(passkeyRate, address);
      return passkeys.newQuestion(session, pageOf(c));
    },

    "POST /api/account/passkeys": async ({ c, session, body, address }) => {
      const { device } = clientOf(c);
      spend(passkeyRate, address);
      const recoveryCodes = await passkeys.add(session, body, pageOf(c), address);
      // The authenticator has verified its user: this session has seen both factors.
      const info = await login.renew(c, session, 2, "passkey");
      news.tell(session.userId, "passkey.added", device);
      return { ...info, ...(recoveryCodes && { recoveryCodes }) };
    },

    "PUT /api/account/passkeys/:id": ({ session, id, body, address }) => {
      spend(passkeyRate, address);
      return passkeys.rename(session, id, body.name);
    },

    "DELETE /api/account/passkeys/:id": async ({ c, session, id, address }) => {
      await passkeys.remove(session, id, address);
      news.tell(session.userId, "passkey.removed", clientOf(c).device);
    },
  } satisfies Partial<Handlers>;
}

/** The page a request comes from, whose origin was checked before; browsers know no passkeys at bare addresses. */
function pageOf(c: RouteContext): Page {
  const origin = c.req.header("origin") ?? "";
  const rpId = URL.parse(origin)?.hostname ?? "";
  if (rpId === "" || rpId.startsWith("[") || isIP(rpId) > 0) throw new Refusal("passkeys_need_name");
  return { origin, rpId };
}
