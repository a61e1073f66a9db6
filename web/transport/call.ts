import type { AnswerOf, RouteName, TakenBy } from "../../server/protocol/routes.ts";
import { notReached, refusalOf } from "./refused.ts";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

type Part<R extends RouteName, P extends "body" | "query"> =
  TakenBy<R, P> extends undefined ? unknown : { [Name in P]: TakenBy<R, P> };
/** What a route has to be sent: what stands for `:id` in its path, its body, its query; each only where it takes one. */
type Sent<R extends RouteName> = (R extends `${string}/:id${string}` ? { id: number | string } : unknown) &
  Part<R, "body"> &
  Part<R, "query">;
/** The same as arguments: none for routes that take nothing. */
export type SentTo<R extends RouteName> = unknown extends Sent<R> ? [] : [sent: Sent<R>];

/** One request to a route of the table: gives its answer, or throws `Refused`. */
export type Call = <R extends RouteName>(route: R, ...sent: SentTo<R>) => AnswerOf<R>;

/** The HTTP half of the wire, on top of the given `fetch`. Only types of the table come here, so that no schema is shipped for it. */
export const createCall = (fetch: Fetch): Call =>
  (async (route: RouteName, sent?: AnySent) => {
    const response = await request(fetch, route, sent);
    if (response.status === 204) return undefined;
    return response.json().catch(() => {
      throw notReached();
    });
  }) as Call;

interface AnySent {
  id?: number | string;
  body?: object;
  query?: Record<string, unknown>;
}

/** Sends a request and gives the answer where it was granted; throws `Refused` otherwise. */
export async function request(fetch: Fetch, route: RouteName, sent: AnySent = {}): Promise<Response> {
  const [method, pattern] = route.split(" ") as [string, string];
  const path = pattern.replace(":id", encodeURIComponent(sent.id ?? ""));
  const given = Object.entries(sent.query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const json = {
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(sent.body ?? {}),
  };
  const response = await fetch(given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path, {
    method,
    ...(method === "GET" ? {} : json),
  }).catch(() => {
    throw notReached();
  });
  if (!response.ok) throw await refusalOf(response);
  return response;
}
