import { bodyLimit } from "hono/body-limit";
import type * as v from "valibot";
import { parseJson } from "../json.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../refusal.ts";
import { validate } from "../validate.ts";
import type { RouteContext } from "./env.ts";

/** Refuses a body over the limit, by its declared length or while it is read. */
export const sizeGuard = bodyLimit({
  maxSize: limits.requestMaxBytes,
  onError: () => {
    throw new Refusal("too_large");
  },
});

/** The JSON body of a request, as the schema makes it; refuses another content type, malformed and invalid bodies. */
export async function bodyOf<T extends v.GenericSchema>(
  c: RouteContext,
  schema: T,
): Promise<v.InferOutput<T>> {
  const type = c.req.header("content-type") ?? "";
  if (!/^application\/json(;\s*charset=utf-8)?$/i.test(type)) throw new Refusal("unsupported_media_type");
  return validate(schema, parseJson(decode(await c.req.arrayBuffer())));
}

function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal("malformed");
  }
}
