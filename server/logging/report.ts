import { inspect } from "node:util";
import type { System } from "../system.ts";
import { Incident } from "./incident.ts";
import { logLine } from "./log-line.ts";

/**
 * Logs a bug on standard error, as one JSON line with all that is known about it; gives the id by which it can be found. An
 * incident is logged under its own name, with a sentence.
 */
export function reporter(system: System, write: (line: string) => void): (error: unknown) => string {
  return (error) => {
    const id = Buffer.from(system.random(6)).toString("hex");
    const time = new Date(system.now()).toISOString();
    if (error instanceof Incident) {
      const { event, source, message, cause } = error;
      const from = source === null ? {} : { source };
      const why = cause instanceof Error ? { cause: cause.message } : {};
      write(logLine({ time, event, id, ...from, message, ...why }));
    } else write(logLine({ time, event: "bug", id, error: inspect(error) }));
    return id;
  };
}
