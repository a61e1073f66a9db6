import type { News } from "../accounts/news.ts";
import type { Identities } from "../auth/identities.ts";
import type { PendingSignUps } from "../auth/pending-sign-ups.ts";
import type { ProviderVisits, Return } from "../auth/provider-visits.ts";
import type { Sessions } from "../auth/sessions.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import {
  type Arrived,
  type PendingSignUp,
  type ProviderAddress,
  pendingSignUpName,
  providerVisit,
} from "../protocol/providers.ts";
import { Refusal } from "../refusal.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import {
  arrivalOf,
  clearArrival,
  clearPendingSignUp,
  clearVisit,
  pendingSignUpOf,
  setArrival,
  setPendingSignUp,
  setVisit,
  visitOf,
} from "./cookies.ts";
import { addressOf, type RouteContext } from "./env.ts";
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
export function providerRoutes(deps: ProviderRoutesDeps): Route[] {
  const { providerVisits, pendingSignUps, identities, sessions, news, login } = deps;
  const named = (c: RouteContext) => c.req.param("id") ?? "";
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
      setPendingSignUp(c, back.token);
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

  return [
    [
      "POST",
      "/api/providers/:id",
      "anyone",
      async (c) => {
        const visit = await bodyOf(c, providerVisit);
        const sent = await providerVisits.signIn(named(c), originOf(c), visit, keyHashOf(c), addressOf(c));
        setVisit(c, { kind: "sign in", secret: sent.cookie });
        return c.json<ProviderAddress>({ url: sent.url });
      },
    ],
    [
      "GET",
      "/api/providers/:id/callback",
      "anyone",
      async (c) => {
        const visit = visitOf(c);
        clearVisit(c);
        try {
          const { searchParams } = URL.parse(c.req.url, "https://unnamed")!;
          const secret = visit?.secret ?? null;
          setArrival(c, await providerVisits.comeBack(named(c), searchParams, secret, addressOf(c)));
          return c.redirect("/arriving", 303);
        } catch (error) {
          const page = visit?.kind === "link" ? "/account" : "/login";
          return c.redirect(`${page}?problem=${problemOf(error)}`, 303);
        }
      },
    ],
    [
      "POST",
      "/api/arrival",
      "anyone",
      async (c) => {
        const token = arrivalOf(c);
        clearArrival(c);
        const session = await login.sessionOf(c);
        const back = await providerVisits.arrive(token, keyHashOf(c), session, addressOf(c));
        return c.json(await arrivedWith(c, back));
      },
    ],
    [
      "GET",
      "/api/pending-sign-up",
      "anyone",
      async (c) => {
        const { provider, account } = await pendingSignUps.look(
          pendingSignUpOf(c),
          keyHashOf(c),
          addressOf(c),
        );
        return c.json<PendingSignUp>({ provider, suggestedName: account.suggestedName });
      },
    ],
    [
      "POST",
      "/api/pending-sign-up",
      "anyone",
      async (c) => {
        const { name } = await bodyOf(c, pendingSignUpName);
        const client = clientOf(c);
        const { token, session } = sessions.prepare(client);
        const user = await pendingSignUps.register(pendingSignUpOf(c), name, client.address, session);
        clearPendingSignUp(c);
        return c.json(await login.welcome(c, user, token), 201);
      },
    ],
    [
      "GET",
      "/api/account/providers",
      "signed in",
      async (c) => c.json(await identities.list(c.var.session.userId)),
    ],
    [
      "POST",
      "/api/account/providers/:id",
      "signed in",
      async (c) => {
        const sent = await providerVisits.link(named(c), originOf(c), c.var.session, addressOf(c));
        setVisit(c, { kind: "link", secret: sent.cookie });
        return c.json<ProviderAddress>({ url: sent.url });
      },
      "fresh",
    ],
    [
      "DELETE",
      "/api/account/providers/:id",
      "signed in",
      async (c) => {
        const { userId } = c.var.session;
        const { device, address } = clientOf(c);
        await identities.unlink(userId, named(c), address);
        news.tell(userId, "provider.unlinked", device);
        return c.body(null, 204);
      },
      "fresh",
    ],
  ];
}
