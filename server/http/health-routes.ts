import type { StorageState } from "../protocol/storage.ts";
import type { Route } from "./access.ts";
import type { RouteContext } from "./env.ts";

/** Why a server cannot do its work: it was told to stop, has lost PostgreSQL, or has no room to store anything. */
export type Unfit = "stopping" | "cut_off" | "storage_full";

export interface HealthRoutesDeps {
  /** Null while the server can do its work. */
  unfit(): Unfit | null;
  storage(): StorageState;
}

/** How the server is, for whoever watches over it, and how it stands with its disk, for those who look after the chat. */
export const healthRoutes = ({ unfit, storage }: HealthRoutesDeps): Route[] => [
  ["GET", "/api/health", "anyone", (c) => answer(c, unfit())],
  // For load balancers. What the database has no room for, no other node could store either: to turn away everybody would only
  // keep them from reading as well, and from being told why.
  [
    "GET",
    "/api/health/node",
    "anyone",
    (c) => {
      const reason = unfit();
      return answer(c, reason === "storage_full" ? null : reason);
    },
  ],
  ["GET", "/api/storage", "settings.change", (c) => c.json(storage())],
];

const answer = (c: RouteContext, reason: Unfit | null) =>
  reason === null ? c.json({ ok: true }) : c.json({ ok: false, reason }, 503);
