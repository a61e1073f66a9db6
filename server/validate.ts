import * as v from "valibot";
import { type ErrorCode, errorCodes } from "./protocol/errors.ts";
import { Refusal } from "./refusal.ts";

/** Long enough for every field there is; a key from outside can be as long as a frame. */
const fieldMax = 40;

/** What the schema makes of a value from outside; refuses with the first field at fault. */
export function validate<T extends v.GenericSchema>(schema: T, value: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue)?.slice(0, fieldMax).toWellFormed() || undefined;
  if (Object.hasOwn(errorCodes, issue.message)) throw new Refusal(issue.message as ErrorCode, { field });
  throw new Refusal("invalid", { field, message: sentence(field, issue) });
}

/** The schemas word their checks as the end of a sentence; a missing, unknown or mistyped field is worded here. */
function sentence(field: string | undefined, issue: v.BaseIssue<unknown>): string {
  // What a field that we do not know is called may be anything, and is no part of a sentence of ours.
  if (issue.expected === "never") return "The request has an unknown key.";
  const subject = field ?? "The request";
  const rest = issue.message.startsWith("must ")
    ? issue.message
    : issue.received === "undefined"
      ? "is missing"
      : "is not of the right form";
  return `${subject[0]!.toUpperCase()}${subject.slice(1)} ${rest}.`;
}
