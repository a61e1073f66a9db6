import type * as v from "valibot";
import { parseJson } from "../json.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../refusal.ts";
import { validate } from "../validate.ts";
import type { Guard, RouteContext } from "./env.ts";

/** Refuses a body whose declared length is over the limit; one that comes in chunks is measured while it is read. */
export const sizeGuard: Guard = async (c, next) => {
  if (Number(c.req.header("content-length") ?? 0) > limits.requestMaxBytes) throw new Refusal("too_large");
  await next();
};

/**
 * Waits for the body, before anything is asked of the session. Whoever held back the last byte would otherwise act by what
 * they were when they sent the first: a request would outlive the end of its session, or of a role.
 */
export const bodyGuard: Guard = async (c, next) => {
  c.set("body", await read(c.req.raw.body));
  await next();
};

/** The JSON body of a request, as the schema makes it; refuses another content type, malformed and invalid bodies. */
export async function bodyOf<T extends v.GenericSchema>(
  c: RouteContext,
  schema: T,
): Promise<v.InferOutput<T>> {
  const type = c.req.header("content-type") ?? "";
  if (!/^application\/json(;\s*charset=utf-8)?$/i.test(type)) throw new Refusal("unsupported_media_type");
  return validate(schema, parseJson(decode(c.var.body)));
}

async function read(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body ?? []) {
      size += chunk.byteLength;
      if (size > limits.requestMaxBytes) throw new Refusal("too_large");
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // Whoever sent it broke off or went away. That happens every day, and is no bug of ours.
    throw new Refusal("malformed");
  }
  return Buffer.concat(chunks);
}

/** Keeps a byte order mark, which JSON may not begin with, so that a socket and a request refuse the same. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Refusal("malformed");
  }
}
