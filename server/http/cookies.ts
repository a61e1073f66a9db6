import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { choiceMs } from "../auth/pending-sign-ups.ts";
import { arrivalMs } from "../auth/provider-visits.ts";
import { visitMs } from "../auth/providers.ts";
import { absoluteMs } from "../auth/sessions.ts";
import type { RouteContext } from "./env.ts";

/** `__Host-` binds a cookie to this host over HTTPS; Strict keeps it from every request another site causes. */
const attributes = { path: "/", httpOnly: true, secure: true, sameSite: "Strict", prefix: "host" } as const;
const seconds = (ms: number) => Math.floor(ms / 1000);
const year = 365 * 24 * 60 * 60 * 1000;

/** The session token of a request, if it carries one. */
export const tokenOf = (c: RouteContext): string | undefined => getCookie(c, "session", "host");

export const setToken = (c: RouteContext, token: string): void =>
  setCookie(c, "session", token, { ...attributes, maxAge: seconds(absoluteMs) });

export const clearToken = (c: RouteContext): void => void deleteCookie(c, "session", attributes);

/** The mark of a device that has signed in before; see auth/known-devices.ts. */
export const markOf = (c: RouteContext): string | undefined => getCookie(c, "device", "host");

export const setMark = (c: RouteContext, mark: string): void =>
  setCookie(c, "device", mark, { ...attributes, maxAge: seconds(year) });

/** What a browser has gone to a provider for, and what shows that it is the same one that comes back. */
export interface Visit {
  kind: "sign in" | "link";
  secret: string;
}

/** Comes back with the answer of the provider, which is another site: Lax allows that where the whole page goes to ours. */
const visiting = { ...attributes, sameSite: "Lax" } as const;

export function visitOf(c: RouteContext): Visit | null {
  const [, kind, secret] = /^(in|link)\.([\w-]+)$/.exec(getCookie(c, "provider", "host") ?? "") ?? [];
  return secret === undefined ? null : { kind: kind === "link" ? "link" : "sign in", secret };
}

export function setVisit(c: RouteContext, { kind, secret }: Visit): void {
  const value = `${kind === "link" ? "link" : "in"}.${secret}`;
  setCookie(c, "provider", value, { ...visiting, maxAge: seconds(visitMs) });
}

export const clearVisit = (c: RouteContext): void => void deleteCookie(c, "provider", visiting);

/** The token of somebody who has come back from a provider, and whose page is to say so; see accounts/provider-visits.ts. */
export const arrivalOf = (c: RouteContext): string | undefined => getCookie(c, "arrival", "host");

export const setArrival = (c: RouteContext, token: string): void =>
  setCookie(c, "arrival", token, { ...attributes, maxAge: seconds(arrivalMs) });

export const clearArrival = (c: RouteContext): void => void deleteCookie(c, "arrival", attributes);

/** The token of somebody whom a provider knows, and who is to choose a name; see auth/pending-sign-ups.ts. */
export const pendingSignUpOf = (c: RouteContext): string | undefined => getCookie(c, "sign-up", "host");

export const setPendingSignUp = (c: RouteContext, token: string): void =>
  setCookie(c, "sign-up", token, { ...attributes, maxAge: seconds(choiceMs) });

export const clearPendingSignUp = (c: RouteContext): void => void deleteCookie(c, "sign-up", attributes);
