import type { Identities } from "../accounts/identities.ts";
import type { Newcomers } from "../accounts/newcomers.ts";
import type { News } from "../accounts/news.ts";
import type { ProviderVisits, Return } from "../accounts/provider-visits.ts";
import type { Sessions } from "../accounts/sessions.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import {
  type Arrived,
  type Newcomer,
  newcomerName,
  type ProviderAddress,
  providerVisit,
} from "../protocol/providers.ts";
import { Refusal } from "../refusal.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import {
  arrivalOf,
  clearArrival,
  clearNewcomer,
  clearVisit,
  newcomerOf,
  setArrival,
  setNewcomer,
  setVisit,
  visitOf,
} from "./cookies.ts";
import { type Door, whenceOf } from "./door.ts";
import { addressOf, type RouteContext } from "./env.ts";
import { keyHashOf } from "./session-key.ts";

export interface ProviderRoutesDeps {
  providerVisits: ProviderVisits;
  newcomers: Newcomers;
  identities: Identities;
  sessions: Sessions;
  news: News;
  door: Door;
  report(error: unknown): string;
}

/** Signing in with an account elsewhere, and the accounts elsewhere that open one's own. */
export function providerRoutes(deps: ProviderRoutesDeps): Route[] {
  const { providerVisits, newcomers, identities, sessions, news, door } = deps;
  const named = (c: RouteContext) => c.req.param("id") ?? "";
  // The guard of origins has let no other pass than one of ours.
  const originOf = (c: RouteContext) => c.req.header("origin") ?? "";

  /** Who is signed in now, and the page to go on to, for whoever came back with what they were sent for. */
  async function arrivedWith(c: RouteContext, back: Return): Promise<Arrived> {
    if (back.kind === "signed in") {
      const session = await door.begin(c, back.user, 1, "provider");
      return { session, page: back.next ?? "/", linked: null };
    }
    const session = await door.info(await door.sessionOf(c));
    if (back.kind === "new") {
      setNewcomer(c, back.token);
      return { session, page: "/newcomer", linked: null };
    }
    news.tell(back.userId, "provider.linked", whenceOf(c).device);
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
        const session = await door.sessionOf(c);
        const back = await providerVisits.arrive(token, keyHashOf(c), session, addressOf(c));
        return c.json(await arrivedWith(c, back));
      },
    ],
    [
      "GET",
      "/api/newcomer",
      "anyone",
      async (c) => {
        const { provider, account } = await newcomers.look(newcomerOf(c), keyHashOf(c), addressOf(c));
        return c.json<Newcomer>({ provider, suggestedName: account.suggestedName });
      },
    ],
    [
      "POST",
      "/api/newcomer",
      "anyone",
      async (c) => {
        const { name } = await bodyOf(c, newcomerName);
        const whence = whenceOf(c);
        const { token, session } = sessions.prepare(whence);
        const user = await newcomers.register(newcomerOf(c), name, whence.address, session);
        clearNewcomer(c);
        return c.json(await door.welcome(c, user, token), 201);
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
        const { device, address } = whenceOf(c);
        await identities.unlink(userId, named(c), address);
        news.tell(userId, "provider.unlinked", device);
        return c.body(null, 204);
      },
      "fresh",
    ],
  ];
}
