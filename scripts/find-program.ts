import { existsSync } from "node:fs";
import { join } from "node:path";

/** Debian keeps servers where the PATH of other people than root does not look, and macOS those that Homebrew brought. */
const aside = ["/usr/sbin", "/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"];

/** The path of an installed program, or null. */
export function findProgram(name: string): string | null {
  return Bun.which(name) ?? aside.map((folder) => join(folder, name)).find(existsSync) ?? null;
}
