import { Refusal } from "../refusal.ts";
import type { Guard } from "./env.ts";

const safe = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Lets a request that may change something, and the upgrade to a socket, pass only from our own pages: `Origin` must be
 * one of the configured origins (never derived from `Host`, which an attacker chooses), and `Sec-Fetch-Site`, where the
 * browser sends it, must be `same-origin`.
 */
export function originGuard(isOurs: (origin: string) => boolean): Guard {
  return async (c, next) => {
    const changes = !safe.has(c.req.method) || c.req.header("upgrade") !== undefined;
    if (changes) {
      const site = c.req.header("sec-fetch-site");
      const ours = isOurs(c.req.header("origin") ?? "");
      if (!ours || (site !== undefined && site !== "same-origin")) throw new Refusal("foreign_origin");
    }
    await next();
  };
}
