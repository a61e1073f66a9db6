import { Refusal } from "../refusal.ts";
import type { RouteContext } from "./env.ts";

/** The parameters of a request's address, each of which may be given once. */
export function queryOf(c: RouteContext): Record<string, string> {
  const given: [string, string][] = [];
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (values.length !== 1) throw new Refusal("invalid", { field: name.slice(0, 40).toWellFormed() });
    given.push([name, values[0]!]);
  }
  return Object.fromEntries(given);
}
