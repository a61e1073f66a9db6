import type { Server } from "bun";
import type { Context, MiddlewareHandler } from "hono";
import type { Connection } from "../realtime/connections.ts";
import type { Session } from "../store/sessions.ts";
import { clientAddress, networkOf, type Trusts } from "./network.ts";

/**
 * What a route finds beside the request: the server it came in by, what the request brought, and who asks, on routes for people
 * signed in.
 */
export interface Env {
  Bindings: {
    server?: Server<Connection>;
    /** Which peers are load balancers of ours; none when absent. */
    trustsProxy?: Trusts;
  };
  Variables: { body: Uint8Array; session: Session };
}

export type RouteContext = Context<Env>;
export type Guard = MiddlewareHandler<Env>;

const trustsNobody: Trusts = () => false;

/** The network a request comes from. Forwarding headers are believed of our own load balancers only: anyone can write them. */
export function addressOf(c: RouteContext): string {
  const peer = c.env.server?.requestIP(c.req.raw)?.address ?? "unknown";
  return networkOf(clientAddress(peer, c.req.header("x-forwarded-for"), c.env.trustsProxy ?? trustsNobody));
}
