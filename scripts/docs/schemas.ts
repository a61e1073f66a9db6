import * as v from "valibot";
import { protocolVersion } from "../../server/protocol/limits.ts";

/** What a description needs of a valibot schema, or of a step in its pipe. */
interface Part {
  type: string;
  pipe?: Part[];
  wrapped?: Part;
  item?: Part;
  entries?: Record<string, Part>;
  options?: readonly string[];
  literal?: unknown;
  requirement?: unknown;
  message?: unknown;
}

/** Schemas that are described once, in a table of their own, by the name they go by there. */
export type Names = ReadonlyMap<v.GenericSchema, string>;

const partOf = (schema: v.GenericSchema) => schema as unknown as Part;
const literal = (value: unknown): string => `\`${JSON.stringify(value)}\``;

/** The fields of an object's schema with what is allowed in them, in words. */
export function fieldsOf(schema: v.GenericSchema, names: Names) {
  const entries = Object.entries(partOf(schema).entries ?? {});
  return entries.map(([name, entry]) => ({
    name,
    isOptional: entry.type === "optional",
    value: inWords(entry, names),
  }));
}

/** What a schema allows, in words: "whole number, 1 to 200". Spells out also what goes by a name. */
export const spelledOut = (schema: v.GenericSchema, names: Names): string =>
  [baseOf(partOf(schema), names), ...new Set(boundsOf(stepsOf(partOf(schema))))].join(", ");

const inWords = (part: Part, names: Names): string => {
  const schema = part as unknown as v.GenericSchema;
  return names.get(schema) ?? spelledOut(schema, names);
};

function baseOf(part: Part, names: Names): string {
  switch (part.type) {
    case "optional":
      return inWords(part.wrapped!, names);
    case "nullable":
      return `${inWords(part.wrapped!, names)}, or \`null\``;
    case "array":
      return `list of: ${inWords(part.item!, names)}`;
    case "picklist":
      return part.options!.map(literal).join(", ");
    case "literal":
      return literal(part.literal);
    case "strict_object":
    case "object":
      return `{${Object.entries(part.entries!)
        .map(([key, entry]) => `\`${key}\`: ${inWords(entry, names)}`)
        .join("; ")}}`;
    case "custom":
      return String(part.message);
    case "number":
      return stepsOf(part).some(({ type }) => type === "safe_integer") ? "whole number" : "number";
    default:
      return part.type;
  }
}

/** The steps behind what a pipe begins with, which may be a pipe again. */
const stepsOf = ({ pipe }: Part): Part[] => (pipe ? [...stepsOf(pipe[0]!), ...pipe.slice(1)] : []);

/** The bounds that steps set: of each kind the last counts. */
function boundsOf(steps: Part[]): string[] {
  const bound = (type: string) =>
    steps.findLast((step) => step.type === type)?.requirement as number | undefined;
  const range = (what: string, unit: string) => {
    const [least = 0, most] = [bound(`min_${what}`), bound(`max_${what}`)];
    const [from, to] = [least.toLocaleString("en"), most?.toLocaleString("en")];
    if (to === undefined) return least === 0 ? [] : [`at least ${from}${unit}`];
    return [least === 0 ? `at most ${to}${unit}` : `${from} to ${to}${unit}`];
  };
  // What is asked of every text is told once, before all tables.
  const rules = steps.filter(
    ({ type, message }) =>
      ["check", "regex"].includes(type) &&
      typeof message === "string" &&
      message.includes(" ") &&
      !/well-formed Unicode|control characters/.test(message),
  );
  return [
    ...range("value", ""),
    ...range("length", " characters"),
    ...rules.map((rule) => String(rule.message)),
  ];
}

/** What stands in an example for a field of this name; another field gets the least that its schema allows. */
const samples: Record<string, unknown> = {
  body: { text: "Hello!" },
  clientId: "019ab3c2-7f60-7cc3-9d5a-2b1f0c9e4a77",
  after: 41,
  device: "Mozilla/5.0 (X11; Linux x86_64)",
  emoji: "👍",
  epoch: "5f3a9c0d2b7e4416a8c1d09e6f2b3a75",
  head: 42,
  limit: 50,
  message: "That was too fast. Please wait a moment.",
  messageBytes: 16384,
  name: "alice",
  peopleTag: "Tf0Jkq1xWm3yPzv9",
  ref: "1",
  retryAfter: 500,
  rev: 42,
  seq: 42,
  upTo: 42,
  version: protocolVersion,
};

/** An example of an object as JSON, with every field of its own that can stand beside the others. */
export function example(schema: v.GenericSchema): string {
  const sample = sampleOf(partOf(schema), "", true) as Record<string, unknown>;
  for (const [name, entry] of Object.entries(partOf(schema).entries!)) {
    if (v.is(schema, sample)) break;
    if (entry.type === "optional") delete sample[name];
  }
  v.assert(schema, sample);
  return inLines(sample);
}

function sampleOf(part: Part, name: string, isOutermost = false): unknown {
  const known = samples[name] ?? (/(^at|^now|^until|At|Until)$/.test(name) ? 1790000000000 : undefined);
  if (known !== undefined && v.is(part as unknown as v.GenericSchema, known)) return known;
  switch (part.type) {
    case "optional":
    case "nullable":
      return sampleOf(part.wrapped!, name);
    case "array":
      return [sampleOf(part.item!, name)];
    case "picklist":
      return part.options![0];
    case "literal":
      return part.literal;
    case "object":
    case "strict_object":
      return Object.fromEntries(
        Object.entries(part.entries!)
          .filter(([, entry]) => isOutermost || entry.type !== "optional")
          .map(([key, entry]) => [key, sampleOf(entry, key)]),
      );
    case "custom":
      return ["group", "room:k3v9x0q2m7t4b1zd"].find((id) => v.is(part as unknown as v.GenericSchema, id));
    case "number":
      return 1;
    case "boolean":
      return false;
    default:
      return "…";
  }
}

/** JSON as it stands in the document: in one line where it fits, else with one line for each field. */
function inLines(value: unknown, indent = ""): string {
  const whole = JSON.stringify(value, null, 1)
    .replace(/\n */g, " ")
    .replace(/(?<=[[{]) | (?=[\]}])/g, "");
  if (indent.length + whole.length <= 130 || typeof value !== "object" || value === null) return whole;
  if (Array.isArray(value)) return `[${value.map((item) => inLines(item, indent)).join(", ")}]`;
  const deeper = `${indent}  `;
  const fields = Object.entries(value).map(
    ([key, field]) => `${deeper}${JSON.stringify(key)}: ${inLines(field, deeper)}`,
  );
  return `{\n${fields.join(",\n")}\n${indent}}`;
}
