import type { ErrorCode } from "../../protocol/errors.ts";
import { Refusal } from "../../refusal.ts";
import { type Outcome as Appended, type Draft, storedMessage } from "../messages.ts";
import type { Committed } from "../transaction.ts";

// What crosses between the thread of the store and the one that serves. Plain values are copied as they are; bytes arrive as a
// Uint8Array and errors without their class and codes, so both are made again on the other side.

/** What the serving thread sends: where the data is, calls of store functions by area and name, and that it is over. */
export type ToStore =
  | { open: { path: string; note: string } }
  | { calls: [id: number, area: string, name: string, given: unknown[]][] }
  | { close: true };

/** What the store's thread sends, in the order in which it came to be. */
export type FromStore =
  | { opened: { epoch: string } }
  | { failed: CrossingError }
  | { outcomes: Outcome[] }
  | { reported: CrossingError }
  | { closed: true };

export type Outcome =
  | { committed: Committed }
  | { id: number; result: unknown }
  | { id: number; failed: CrossingError };

interface CrossingError {
  refusal?: { code: ErrorCode; retryAfter: number | undefined; field: string | undefined };
  name: string;
  message: string;
  stack: string | undefined;
  code: string | undefined;
  cause: CrossingError | undefined;
}

export function packed(error: unknown): CrossingError {
  const { name, message, stack, cause } = error instanceof Error ? error : new Error(String(error));
  const { code } = error as { code?: string };
  return {
    ...(error instanceof Refusal
      ? { refusal: { code: error.code, retryAfter: error.retryAfter, field: error.field } }
      : {}),
    name,
    message,
    stack,
    code: typeof code === "string" ? code : undefined,
    cause: cause instanceof Error ? packed(cause) : undefined,
  };
}

export function unpacked({ refusal, name, message, stack, code, cause }: CrossingError): Error {
  if (refusal) {
    const { retryAfter, field } = refusal;
    return new Refusal(refusal.code, {
      message,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(field === undefined ? {} : { field }),
    });
  }
  const error = new Error(message, cause && { cause: unpacked(cause) });
  if (stack !== undefined) error.stack = stack;
  return Object.assign(error, { name }, code === undefined ? {} : { code });
}

/** What became of drafts as one text: a number for a draft that was stored, since whoever sent it has the rest. */
export const packedOutcomes = (outcomes: readonly Appended[]): string =>
  JSON.stringify(outcomes.map((each) => (each.kind === "stored" ? each.message.seq : each)));

export const unpackedOutcomes = (text: string, drafts: readonly Draft[]): Appended[] =>
  (JSON.parse(text) as (number | Appended)[]).map((each, at) =>
    typeof each === "number" ? { kind: "stored", message: storedMessage(drafts[at]!, each) } : each,
  );

/** The same value, with its bytes as Buffers again. */
export function withBuffers<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength) as unknown as T;
  for (const key in value) {
    const inner = value[key];
    if (typeof inner === "object" && inner !== null) value[key] = withBuffers(inner);
  }
  return value;
}
