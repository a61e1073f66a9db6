import { parseArgs } from "node:util";

export interface Options {
  /** The scenarios to run, by name. */
  only: string[];
  quick: boolean;
  /** Where to write everything that was measured. */
  json: string | null;
}

/** Reads the command line; throws a sentence when it cannot be followed. */
export function parseOptions(argv: string[], names: string[]): Options {
  const { values } = parseArgs({
    args: argv,
    options: {
      only: { type: "string", multiple: true },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
    },
  });
  const only = (values.only ?? names).flatMap((value) => value.split(","));
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no measurement "${unknown[0]}". There are: ${names.join(", ")}`);
  return { only, quick: values.quick, json: values.json ?? null };
}
