import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { absoluteMs } from "../accounts/sessions.ts";
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

/** The mark of a device that has signed in before; see accounts/known-devices.ts. */
export const markOf = (c: RouteContext): string | undefined => getCookie(c, "device", "host");

export const setMark = (c: RouteContext, mark: string): void =>
  setCookie(c, "device", mark, { ...attributes, maxAge: seconds(year) });
