import { test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** The path of an outside program, or null. Debian keeps servers where the PATH of other people than root does not look. */
export function findProgram(name: string): string | null {
  const aside = ["/usr/sbin", "/sbin", "/usr/local/sbin"].map((folder) => join(folder, name));
  return Bun.which(name) ?? aside.find(existsSync) ?? null;
}

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
