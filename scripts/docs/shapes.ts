import type * as v from "valibot";

/** The parts of a valibot schema, or of a step in its pipe, that a description needs. */
interface Part {
  kind: string;
  type: string;
  pipe?: Part[];
  wrapped?: Part;
  item?: Part;
  entries?: Record<string, Part>;
  options?: readonly (string | Part)[];
  literal?: unknown;
  requirement?: unknown;
  message?: unknown;
}

/** Schemas that are described once, in a table of their own, by the name they go by there. */
export type Names = ReadonlyMap<v.GenericSchema, string>;

/** What a field holds. */
export interface Field {
  name: string;
  isOptional: boolean;
  /** What is allowed, in words: "whole number, 1 to 200". */
  value: string;
}

/** The fields of an object's schema, in their order. */
export function fieldsOf(schema: v.GenericSchema, names: Names): Field[] {
  const entries = partOf(schema).entries ?? {};
  return Object.entries(entries).map(([name, entry]) => ({
    name,
    isOptional: entry.type === "optional",
    value: valueIn(entry, names),
  }));
}

/** What a schema allows, in words. */
export function valueIn(part: Part, names: Names): string {
  return names.get(part as unknown as v.GenericSchema) ?? spelledOut(part, names);
}

/** The same, also where the schema itself goes by a name. */
export function spelledOut(part: Part, names: Names): string {
  const steps = stepsOf(part);
  const bounds = new Set(steps.flatMap((step) => boundOf(step, steps)));
  return [baseOf(part, steps, names), ...bounds].join(", ");
}

/** The steps behind what a pipe begins with, which may be a pipe again. */
function stepsOf({ pipe }: Part): Part[] {
  return pipe ? [...stepsOf(pipe[0]!), ...pipe.slice(1)] : [];
}

function baseOf(part: Part, steps: Part[], names: Names): string {
  switch (part.type) {
    case "optional":
      return valueIn(part.wrapped!, names);
    case "nullable":
      return `${valueIn(part.wrapped!, names)}, or \`null\``;
    case "array":
      return `list of: ${valueIn(part.item!, names)}`;
    case "picklist":
      return part.options!.map(literal).join(", ");
    case "literal":
      return literal(part.literal);
    case "strict_object":
    case "object":
      return `{${Object.entries(part.entries!)
        .map(([key, entry]) => `\`${key}\`: ${valueIn(entry, names)}`)
        .join("; ")}}`;
    case "custom":
      return String(part.message);
    case "number":
      return steps.some(({ type }) => type === "safe_integer") ? "whole number" : "number";
    case "record":
      return "object";
    case "unknown":
      return "anything";
    default:
      return part.type;
  }
}

/** The bound that a step sets. A lower and an upper one are told together, and the last of each counts. */
function boundOf(step: Part, steps: Part[]): string[] {
  const { type, message } = step;
  if (steps.findLast((other) => other.type === type) === step) {
    const most = steps.findLast((other) => other.type === type.replace("min", "max"))?.requirement;
    if (type === "min_value") return between(step.requirement, most, "");
    if (type === "min_length") return between(step.requirement, most, " characters");
    const hasLeast = steps.some((other) => other.type === type.replace("max", "min"));
    if (type === "max_value" && !hasLeast) return between(0, step.requirement, "");
    if (type === "max_length" && !hasLeast) return between(0, step.requirement, " characters");
  }
  const isRule = type === "check" || type === "regex";
  // What is asked of every text is told once, before all tables.
  const isTold =
    message === "must be well-formed Unicode" || message === "must not contain control characters";
  return isRule && !isTold && typeof message === "string" && message.includes(" ") ? [message] : [];
}

function between(least: unknown, most: unknown, unit: string): string[] {
  if (most === undefined) return least === 0 ? [] : [`at least ${inFigures(least)}${unit}`];
  return [
    least === 0 ? `at most ${inFigures(most)}${unit}` : `${inFigures(least)} to ${inFigures(most)}${unit}`,
  ];
}

export const partOf = (schema: v.GenericSchema): Part => schema as unknown as Part;

const literal = (value: unknown): string => `\`${JSON.stringify(value)}\``;
const inFigures = (value: unknown): string => Number(value).toLocaleString("en");
