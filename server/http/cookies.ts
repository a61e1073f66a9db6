import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { choiceMs } from "../auth/pending-sign-ups.ts";
import { arrivalMs } from "../auth/provider-visits.ts";
import { visitMs } from "../auth/providers.ts";
import { absoluteMs } from "../auth/sessions.ts";
import type { RouteContext } from "./env.ts";

/**
 * A cookie that a browser keeps for `ms`. `__Host-` binds it to this host over HTTPS. Strict keeps it from every request another
 * site causes; Lax sends it where the whole page comes here from another site.
 */
function cookie(name: string, ms: number, sameSite: "Strict" | "Lax" = "Strict") {
  const attributes = { path: "/", httpOnly: true, secure: true, sameSite, prefix: "host" } as const;
  return {
    /** Its value in a request, if it is there. */
    of: (c: RouteContext): string | undefined => getCookie(c, name, "host"),
    set: (c: RouteContext, value: string): void =>
      setCookie(c, name, value, { ...attributes, maxAge: Math.floor(ms / 1000) }),
    clear: (c: RouteContext): void => void deleteCookie(c, name, attributes),
  };
}

const year = 365 * 24 * 60 * 60 * 1000;

/** The session token. */
export const sessionCookie = cookie("session", absoluteMs);

/** The mark of a device that has signed in before; see auth/known-devices.ts. */
export const deviceCookie = cookie("device", year);

/** The token of somebody who has come back from a provider, until their page finishes it; see auth/provider-visits.ts. */
export const arrivalCookie = cookie("arrival", arrivalMs);

/** The token of somebody whom a provider knows, and who is to choose a name; see auth/pending-sign-ups.ts. */
export const signUpCookie = cookie("sign-up", choiceMs);

/** What a browser has gone to a provider for, and the secret that shows that the same one comes back. The provider is another site. */
const visit = cookie("provider", visitMs, "Lax");

export const visitCookie = {
  ...visit,
  of(c: RouteContext) {
    const [, kind, secret] = /^(in|link)\.([\w-]+)$/.exec(visit.of(c) ?? "") ?? [];
    return secret === undefined ? null : { isLink: kind === "link", secret };
  },
  set: (c: RouteContext, kind: "in" | "link", secret: string): void => visit.set(c, `${kind}.${secret}`),
};
