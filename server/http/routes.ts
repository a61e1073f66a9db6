import { Hono } from "hono";
import type { Throttle } from "../limits/throttle.ts";
import { closeCodes } from "../protocol/close-codes.ts";
import { type Route, type RouteName, routes } from "../protocol/routes.ts";
import type { Connections } from "../realtime/connections.ts";
import { Refusal } from "../refusal.ts";
import { accessGuard } from "./access.ts";
import { type AccountRoutesDeps, accountRoutes } from "./account-routes.ts";
import { type AdminRoutesDeps, adminRoutes } from "./admin-routes.ts";
import { bodyGuard, sizeGuard } from "./body.ts";
import { client } from "./client.ts";
import { addressOf, type Env, type Guard, type RouteContext } from "./env.ts";
import { answering, type Handlers } from "./handler.ts";
import { headers, securityHeaders } from "./headers.ts";
import { type HealthRoutesDeps, healthRoutes } from "./health-routes.ts";
import { originGuard } from "./origin.ts";
import { type PasskeyRoutesDeps, passkeyRoutes } from "./passkey-routes.ts";
import { type ProviderRoutesDeps, providerRoutes } from "./provider-routes.ts";
import { type RefuseDeps, refuse } from "./refusals.ts";
import { protocolTaken } from "./session-key.ts";
import { type SessionRoutesDeps, sessionRoutes } from "./session-routes.ts";

/** What the routes of who gets in, how, and what they may do need. */
export interface UseCaseRoutesDeps
  extends SessionRoutesDeps,
    AccountRoutesDeps,
    PasskeyRoutesDeps,
    ProviderRoutesDeps,
    Omit<AdminRoutesDeps, "origins" | "storage"> {}

export interface RoutesDeps extends UseCaseRoutesDeps, AdminRoutesDeps, HealthRoutesDeps, RefuseDeps {
  /** Whether pages of this origin may use the server. */
  isOurs(origin: string): boolean;
  /** The open sockets: one that opened while its session ended is closed. */
  connections: Connections;
  /** The folder of the built client. */
  clientFolder: string;
  /** For how many milliseconds a user is to open no other socket. */
  pauseOf(user: number): number;
  /** Lets every request wait for its turn. */
  turn: Throttle;
}

/** The handler of every route in the table. */
const handlersOf = (deps: RoutesDeps): Handlers => ({
  ...sessionRoutes(deps),
  ...accountRoutes(deps),
  ...passkeyRoutes(deps),
  ...providerRoutes(deps),
  ...adminRoutes(deps),
  ...healthRoutes(deps),
  "GET /api/socket": ({ c }) => upgrade(c, deps),
});

/** All that is answered over HTTP. */
export function httpApp(deps: RoutesDeps): Hono<Env> {
  const app = new Hono<Env>({ getPath: pathOf });
  app.onError((error, c) => refuse(c, error, deps));
  app.use(headers, inTurn(deps.turn), hostGuard, sizeGuard, originGuard(deps.isOurs));

  const handlers = handlersOf(deps);
  const table = (Object.entries(routes) as [RouteName, Route][]).map(([name, route]) => {
    const [method, path] = name.split(" ") as [string, string];
    return {
      method,
      path,
      guard: accessGuard(deps.login.sessionOf, deps.sessions, route),
      answer: answering(route, handlers[name]),
    };
  });
  for (const { method, path, guard, answer } of table) app.on(method, path, bodyGuard, guard, answer);
  for (const [path, rows] of Map.groupBy(table, ({ path }) => path)) {
    app.all(path, only(rows.map(({ method }) => method)));
  }
  app.all("/api/*", nothingHere);
  app.get("*", client(deps.clientFolder));
  app.all("*", only(["GET"]));
  return app;
}

/** The address of a request; also of one without a Host header. Null when its Host cannot be one. */
const urlOf = (request: Request): URL | null => URL.parse(request.url, "https://unnamed");

const pathOf = (request: Request): string => urlOf(request)?.pathname ?? "/";

const inTurn =
  (turn: Throttle): Guard =>
  async (c, next) => {
    await turn(addressOf(c));
    await next();
  };

const hostGuard: Guard = async (c, next) => {
  if (!urlOf(c.req.raw)) throw new Refusal("invalid", { field: "host", message: "Host is not a host name." });
  await next();
};

async function upgrade(c: RouteContext, { login, connections, pauseOf }: RoutesDeps): Promise<Response> {
  const { session } = c.var;
  const wait = pauseOf(session.userId);
  if (wait > 0) throw new Refusal("rate_limited", { retryAfter: wait });
  const headers = { ...securityHeaders(c.req.header("host")), ...protocolTaken(c) };
  const accepted = c.env.server?.upgrade(c.req.raw, {
    data: { session, address: addressOf(c), closed: false },
    headers,
  });
  if (!accepted) throw new Refusal("invalid", { message: "This address is for WebSockets." });
  // Ending a session closes the sockets there are: one that opened just after it, having been let in before, is seen here.
  try {
    const stays = await login.sessionOf(c);
    if (!stays) connections.closeSession(session, closeCodes.signedOut);
  } catch (error) {
    // The database cannot say so now; whoever comes back is asked again.
    connections.closeSession(session, closeCodes.cutOff);
    if (!(error instanceof Refusal)) throw error;
  }
  return new Response(null, { status: 101 });
}

/** Refuses every method, naming those that there are. */
const only = (methods: string[]) => (c: RouteContext) => {
  c.header("Allow", methods.join(", ").replace("GET", "GET, HEAD"));
  throw new Refusal("method_not_allowed");
};

const nothingHere = () => {
  throw new Refusal("not_found");
};
