import { Hono } from "hono";
import type { Sessions } from "../accounts/sessions.ts";
import { closeCodes } from "../protocol/close-codes.ts";
import { Refusal } from "../refusal.ts";
import { type AccountRoutesDeps, accountRoutes } from "./account-routes.ts";
import { sizeGuard } from "./body.ts";
import { client } from "./client.ts";
import { tokenOf } from "./cookies.ts";
import type { Env, Guard, RouteContext } from "./env.ts";
import { headers, securityHeaders } from "./headers.ts";
import { originGuard } from "./origin.ts";
import { refuse } from "./refusals.ts";

export interface RoutesDeps extends AccountRoutesDeps {
  /** Whether pages of this origin may use the server. */
  isOurs(origin: string): boolean;
  /** The folder of the built client. */
  clientFolder: string;
  /** Whether the server can do its work; false turns load balancers away. */
  healthy(): boolean;
  report(error: unknown): string;
}

type Access = "anyone" | "signed in";
type Route = [
  method: string,
  path: string,
  access: Access,
  answer: (c: RouteContext) => Response | Promise<Response>,
];

/** Every route there is, in reading order. */
export function routeTable(deps: RoutesDeps): Route[] {
  const account = accountRoutes(deps);
  return [
    ["GET", "/api/session", "anyone", account.who],
    ["POST", "/api/session", "anyone", account.signIn],
    ["DELETE", "/api/session", "signed in", account.signOut],
    ["POST", "/api/account", "anyone", account.register],
    ["GET", "/api/account", "signed in", account.account],
    ["DELETE", "/api/account", "signed in", account.remove],
    ["PUT", "/api/account/password", "signed in", account.changePassword],
    ["GET", "/api/socket", "signed in", upgrade(deps)],
    ["GET", "/api/health", "anyone", (c) => c.json({ ok: deps.healthy() }, deps.healthy() ? 200 : 503)],
  ];
}

/** All that is answered over HTTP. */
export function routes(deps: RoutesDeps): Hono<Env> {
  const app = new Hono<Env>({ getPath: pathOf });
  app.onError((error, c) => refuse(c, error, deps.report));
  app.use(headers, hostGuard, sizeGuard, originGuard(deps.isOurs));

  const table = routeTable(deps);
  const signedIn = sessionGuard(deps.sessions);
  for (const [method, path, access, answer] of table) {
    if (access === "signed in") app.on(method, path, signedIn, answer);
    else app.on(method, path, answer);
  }
  for (const [path, rows] of Map.groupBy(table, ([, path]) => path)) {
    app.all(path, only(rows.map(([method]) => method)));
  }
  app.all("/api/*", nothingHere);
  app.get("*", client(deps.clientFolder));
  app.all("*", only(["GET"]));
  return app;
}

/** The address of a request; also of one without a Host header. Null when its Host cannot be one. */
const urlOf = (request: Request): URL | null => URL.parse(request.url, "https://unnamed");

const pathOf = (request: Request): string => urlOf(request)?.pathname ?? "/";

const hostGuard: Guard = async (c, next) => {
  if (!urlOf(c.req.raw)) throw new Refusal("invalid", { field: "host", message: "Host is not a host name." });
  await next();
};

function sessionGuard(sessions: Sessions): Guard {
  return async (c, next) => {
    const session = await sessions.verify(tokenOf(c) ?? "");
    if (!session) throw new Refusal("not_signed_in");
    c.set("session", session);
    await next();
  };
}

function upgrade({ sessions, connections }: RoutesDeps) {
  return async (c: RouteContext): Promise<Response> => {
    const { session } = c.var;
    const headers = securityHeaders(c.req.header("host"));
    const accepted = c.env.server?.upgrade(c.req.raw, { data: { session, closed: false }, headers });
    if (!accepted) throw new Refusal("invalid", { message: "This address is for WebSockets." });
    // Ending a session closes the sockets there are: one that opened just after it, having been let in before, is seen here.
    try {
      const stays = await sessions.verify(tokenOf(c) ?? "");
      if (!stays) connections.closeSession(session, closeCodes.signedOut);
    } catch (error) {
      // The database cannot say so now; whoever comes back is asked again.
      connections.closeSession(session, closeCodes.cutOff);
      if (!(error instanceof Refusal)) throw error;
    }
    return new Response(null, { status: 101 });
  };
}

/** Refuses every method, naming those that there are. */
const only = (methods: string[]) => (c: RouteContext) => {
  c.header("Allow", methods.join(", ").replace("GET", "GET, HEAD"));
  throw new Refusal("method_not_allowed");
};

const nothingHere = () => {
  throw new Refusal("not_found");
};
