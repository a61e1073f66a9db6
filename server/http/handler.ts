import type { AnswerOf, Route, RouteName, routes, TakenBy } from "../protocol/routes.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import { validate } from "../validate.ts";
import { bodyOf } from "./body.ts";
import { addressOf, type RouteContext } from "./env.ts";

type Routes = typeof routes;

/** What the handler of a route is given: the request, taken apart as the table of routes has it. */
export interface Asked<R extends RouteName> {
  c: RouteContext;
  session: Routes[R]["access"] extends "anyone" ? undefined : Session;
  /** The network it comes from. */
  address: string;
  /** What stands in the path in place of `:id`. */
  id: string;
  body: TakenBy<R, "body">;
  query: TakenBy<R, "query">;
}

/** What a handler gives: the JSON of a success, nothing, or for files and the like the response itself. */
type Given<R extends RouteName> = Routes[R] extends { answer: "file" | "other" }
  ? Promise<Response>
  : AnswerOf<R>;

/** What each route does. Who may use it was asked before, and its body and parameters are valid. */
export type Handlers = { [R in RouteName]: (asked: Asked<R>) => Given<R> | Awaited<Given<R>> };

/** The function that Hono calls for a route: validates what was sent, and answers with what the handler gives. */
export function answering(route: Route, handle: (asked: never) => unknown) {
  return async (c: RouteContext): Promise<Response> => {
    const asked = {
      c,
      session: c.var.session,
      address: addressOf(c),
      id: c.req.param("id") ?? "",
      body: route.body && (await bodyOf(c, route.body)),
      query: route.query && validate(route.query, queryOf(c)),
    };
    const given = await handle(asked as never);
    if (given instanceof Response) return given;
    return typeof route.answer === "object"
      ? c.json(given as object, route.answer.status)
      : c.body(null, 204);
  };
}

/** The parameters of a request's address, each of which may be given once. */
function queryOf(c: RouteContext): Record<string, string> {
  const given: [string, string][] = [];
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (values.length !== 1) throw new Refusal("invalid", { field: name.slice(0, 40).toWellFormed() });
    given.push([name, values[0]!]);
  }
  return Object.fromEntries(given);
}

/** The number that a path names; nothing has one of another form. */
export function numberIn(id: string): number {
  if (!/^[1-9]\d{0,14}$/.test(id)) throw new Refusal("not_found");
  return Number(id);
}
