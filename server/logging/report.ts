import { inspect } from "node:util";
import type { System } from "../system.ts";
import { Incident } from "./incident.ts";
import { logLine } from "./log-line.ts";

/**
 * Logs a bug on standard error, one JSON line with all that is known of it; gives the id it can be found by. An incident is
 * logged by its own name, in a sentence.
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
