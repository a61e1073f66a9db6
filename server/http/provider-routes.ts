import type { News } from "../accounts/news.ts";
import type { Identities } from "../auth/identities.ts";
import type { PendingSignUps } from "../auth/pending-sign-ups.ts";
import type { ProviderVisits, Return } from "../auth/provider-visits.ts";
import type { Sessions } from "../auth/sessions.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import type { Arrived } from "../protocol/providers.ts";
import { Refusal } from "../refusal.ts";
import { arrivalCookie, signUpCookie, visitCookie } from "./cookies.ts";
import type { RouteContext } from "./env.ts";
import type { Handlers } from "./handler.ts";
import { clientOf, type Login } from "./login.ts";
import { keyHashOf } from "./session-key.ts";

export interface ProviderRoutesDeps {
  providerVisits: ProviderVisits;
  pendingSignUps: PendingSignUps;
  identities: Identities;
  sessions: Sessions;
  news: News;
  login: Login;
  report(error: unknown): string;
}

/** Signing in with an account elsewhere, and the accounts elsewhere that open one's own. */
export function providerRoutes(deps: ProviderRoutesDeps) {
  const { providerVisits, pendingSignUps, identities, sessions, news, login } = deps;
  // The guard of origins has let no other pass than one of ours.
  const originOf = (c: RouteContext) => c.req.header("origin") ?? "";

  /** Who is signed in now, and the page to go on to, for whoever came back with what they were sent for. */
  async function arrivedWith(c: RouteContext, back: Return): Promise<Arrived> {
    if (back.kind === "signed in") {
      const session = await login.begin(c, back.user, 1, "provider");
      return { session, page: back.next ?? "/", linked: null };
    }
    const session = await login.info(await login.sessionOf(c));
    if (back.kind === "new") {
      signUpCookie.set(c, back.token);
      return { session, page: "/sign-up", linked: null };
    }
    news.tell(back.userId, "provider.linked", clientOf(c).device);
    return { session, page: "/account", linked: back.provider };
  }

  /** What went wrong, as its code: the page has a sentence for each. */
  function problemOf(error: unknown): ErrorCode {
    if (error instanceof Refusal) return error.code;
    deps.report(error);
    return "internal";
  }

  return {
    "POST /api/providers/:id": async ({ c, id, body, address }) => {
      const { url, cookie } = await providerVisits.signIn(id, originOf(c), body, keyHashOf(c), address);
      visitCookie.set(c, "in", cookie);
      return { url };
    },

    "GET /api/providers/:id/callback": async ({ c, id, address }) => {
      const visit = visitCookie.of(c);
      visitCookie.clear(c);
      try {
        const { searchParams } = URL.parse(c.req.url, "https://unnamed")!;
        arrivalCookie.set(c, await providerVisits.comeBack(id, searchParams, visit?.secret ?? null, address));
        return c.redirect("/arriving", 303);
      } catch (error) {
        const page = visit?.isLink ? "/account" : "/login";
        return c.redirect(`${page}?problem=${problemOf(error)}`, 303);
      }
    },

    "POST /api/arrival": async ({ c, address }) => {
      const token = arrivalCookie.of(c);
      arrivalCookie.clear(c);
      const session = await login.sessionOf(c);
      return arrivedWith(c, await providerVisits.arrive(token, keyHashOf(c), session, address));
    },

    "GET /api/pending-sign-up": async ({ c, address }) => {
      const { provider, account } = await pendingSignUps.look(signUpCookie.of(c), keyHashOf(c), address);
      return { provider, suggestedName: account.suggestedName };
    },

    "POST /api/pending-sign-up": async ({ c, body, address }) => {
      const { token, session } = sessions.prepare(clientOf(c));
      const user = await pendingSignUps.register(signUpCookie.of(c), body.name, address, session);
      signUpCookie.clear(c);
      return login.welcome(c, user, token);
    },

    "GET /api/account/providers": ({ session }) => identities.list(session.userId),

    "POST /api/account/providers/:id": async ({ c, session, id, address }) => {
      const { url, cookie } = await providerVisits.link(id, originOf(c), session, address);
      visitCookie.set(c, "link", cookie);
      return { url };
    },

    "DELETE /api/account/providers/:id": async ({ c, session: { userId }, id, address }) => {
      const { device } = clientOf(c);
      await identities.unlink(userId, id, address);
      news.tell(userId, "provider.unlinked", device);
    },
  } satisfies Partial<Handlers>;
}
