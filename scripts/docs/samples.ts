import * as v from "valibot";
import { protocolVersion } from "../../server/protocol/limits.ts";
import { partOf } from "./shapes.ts";

type Part = ReturnType<typeof partOf>;

/** What stands in an example for a field of this name; another field gets the least that its schema allows. */
const byName: Record<string, unknown> = {
  after: 41,
  around: 100,
  at: 1790000000000,
  before: 120,
  body: { text: "Hello!" },
  clientId: "019ab3c2-7f60-7cc3-9d5a-2b1f0c9e4a77",
  createdAt: 1790000000000,
  deletedAt: 1790000060000,
  device: "Mozilla/5.0 (X11; Linux x86_64)",
  epoch: "5f3a9c0d2b7e4416a8c1d09e6f2b3a75",
  head: 42,
  lastMessageAt: 1790000000000,
  lastRead: 40,
  limit: 50,
  message: "That was too fast. Please wait a moment.",
  messageBytes: 16384,
  mutedUntil: 1790003600000,
  name: "alice",
  now: 1790000000000,
  open: 2,
  people: "Tf0Jkq1xWm3yPzv9",
  peopleTag: "Tf0Jkq1xWm3yPzv9",
  ref: "1",
  retryAfter: 500,
  rev: 42,
  seq: 42,
  until: 1790003600000,
  upTo: 42,
  version: protocolVersion,
  welcome: "Welcome!",
};

/** An example of an object, with every field of its own that can stand beside the others. Throws where it is not one. */
export function sampleOf(schema: v.GenericSchema): unknown {
  const sample = sampled(partOf(schema), "", true) as Record<string, unknown>;
  for (const [name, entry] of Object.entries(partOf(schema).entries ?? {})) {
    if (v.is(schema, sample)) break;
    if (entry.type === "optional") delete sample[name];
  }
  v.assert(schema, sample);
  return sample;
}

function sampled(part: Part, name: string, isOutermost = false): unknown {
  const known = byName[name];
  if (known !== undefined && v.is(part as unknown as v.GenericSchema, known)) return known;
  switch (part.type) {
    case "optional":
    case "nullable":
      return sampled(part.wrapped!, name);
    case "array":
      return [sampled(part.item!, name)];
    case "picklist":
      return part.options![0];
    case "literal":
      return part.literal;
    case "object":
    case "strict_object":
      return Object.fromEntries(
        Object.entries(part.entries!)
          .filter(([, entry]) => isOutermost || entry.type !== "optional")
          .map(([key, entry]) => [key, sampled(entry, key)]),
      );
    case "custom":
      return "group";
    case "number":
      return 1;
    case "boolean":
      return false;
    default:
      return "…";
  }
}

/** JSON as it stands in the document: in one line where it fits, else with one line for each field. */
export function inLines(value: unknown, indent = ""): string {
  const whole = inOneLine(value);
  if (indent.length + whole.length <= 130 || typeof value !== "object" || value === null) return whole;
  const deeper = `${indent}  `;
  if (Array.isArray(value)) return `[${value.map((item) => inLines(item, indent)).join(", ")}]`;
  const fields = Object.entries(value).map(
    ([key, field]) => `${deeper}${JSON.stringify(key)}: ${inLines(field, deeper)}`,
  );
  return `{\n${fields.join(",\n")}\n${indent}}`;
}

function inOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}: ${inOneLine(field)}`);
  return `{${fields.join(", ")}}`;
}
