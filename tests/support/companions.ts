import { test } from "bun:test";
import { findProgram } from "../../scripts/find-program.ts";

/**
 * A test that needs outside programs; it gets their paths. Where one of them is not installed the test is not there, so that
 * it cannot pass, and a line names it.
 */
export function withProgram(
  programs: string | readonly string[],
  name: string,
  work: (...paths: string[]) => Promise<void>,
  timeout?: number,
): void {
  const wanted = [programs].flat();
  const missing = wanted.filter((program) => findProgram(program) === null);
  if (missing.length === 0) {
    test(name, () => work(...wanted.map((program) => findProgram(program)!)), timeout);
    return;
  }
  const which = `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not installed`;
  console.warn(`skipped: ${name} (${which})`);
}
