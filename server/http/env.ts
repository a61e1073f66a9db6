import type { Server } from "bun";
import type { Context, MiddlewareHandler } from "hono";
import type { Session } from "../db/store.ts";
import type { Connection } from "../realtime/connections.ts";
import { networkOf } from "./network.ts";

/** What a route finds beside the request: the server it came in by, and who asks, on routes for people signed in. */
export interface Env {
  Bindings: { server?: Server<Connection> };
  Variables: { session: Session };
}

export type RouteContext = Context<Env>;
export type Guard = MiddlewareHandler<Env>;

/** The network a request comes from. Forwarding headers are not believed: anyone can write them. */
export const addressOf = (c: RouteContext): string =>
  networkOf(c.env.server?.requestIP(c.req.raw)?.address ?? "unknown");
