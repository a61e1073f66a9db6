import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type ErrorBody, errorCodes } from "../protocol/errors.ts";
import { Refusal, type Refused } from "../refusal.ts";
import { addressOf, type RouteContext } from "./env.ts";

export interface RefuseDeps {
  /** Logs a bug; gives the id it is logged under. */
  report(error: unknown): string;
  /** Is told of every broken rule. */
  refused(refusal: Refused): void;
}

/** Answers what a route threw: a broken rule by its code; a bug without detail, under the id it is logged by. */
export function refuse(c: RouteContext, error: unknown, { report, refused }: RefuseDeps): Response {
  if (!(error instanceof Refusal)) {
    const id = report(error);
    const message = `Something went wrong on the server. It is logged as ${id}.`;
    return c.json<ErrorBody>({ error: { code: "internal", message, id } }, 500);
  }
  const { code, message, retryAfter, field } = error;
  const actor = c.var.session?.userId ?? null;
  refused({ code, source: addressOf(c), actor, asked: `${c.req.method} ${c.req.path}` });
  if (retryAfter !== undefined) c.header("Retry-After", String(Math.ceil(retryAfter / 1000)));
  // What is left of the body is not waited for.
  if (code === "too_large") c.header("Connection", "close");
  const { status } = errorCodes[code];
  return c.json<ErrorBody>({ error: { code, message, retryAfter, field } }, status as ContentfulStatusCode);
}
