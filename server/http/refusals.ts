import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type ErrorBody, errorCodes } from "../protocol/errors.ts";
import { Refusal } from "../refusal.ts";
import type { RouteContext } from "./env.ts";

/** Answers what a route threw: a broken rule by its code; a bug without detail, under the id it is logged by. */
export function refuse(c: RouteContext, error: unknown, report: (error: unknown) => string): Response {
  if (!(error instanceof Refusal)) {
    const id = report(error);
    const message = `Something went wrong on the server. It is logged as ${id}.`;
    return c.json<ErrorBody>({ error: { code: "internal", message, id } }, 500);
  }
  const { code, message, retryAfter, field } = error;
  if (retryAfter !== undefined) c.header("Retry-After", String(Math.ceil(retryAfter / 1000)));
  // What is left of the body is not waited for.
  if (code === "too_large") c.header("Connection", "close");
  const { status } = errorCodes[code];
  return c.json<ErrorBody>({ error: { code, message, retryAfter, field } }, status as ContentfulStatusCode);
}
