import type { RouteContext } from "./env.ts";
import type { Handlers } from "./handler.ts";

/** Why a server cannot do its work: it was told to stop, has lost PostgreSQL, or has no room to store anything. */
export type Unfit = "stopping" | "cut_off" | "storage_full";

export interface HealthRoutesDeps {
  /** Null while the server can do its work. */
  unfit(): Unfit | null;
}

/** How the server is, for whoever watches over it. */
export const healthRoutes = ({ unfit }: HealthRoutesDeps) =>
  ({
    "GET /api/health": ({ c }) => answer(c, unfit()),

    // For load balancers. What the database has no room for, no other node could store either: to turn away everybody would only
    // keep them from reading as well, and from being told why.
    "GET /api/health/node": ({ c }) => {
      const reason = unfit();
      return answer(c, reason === "storage_full" ? null : reason);
    },
  }) satisfies Partial<Handlers>;

const answer = (c: RouteContext, reason: Unfit | null) =>
  reason === null ? c.json({ ok: true }) : c.json({ ok: false, reason }, 503);
