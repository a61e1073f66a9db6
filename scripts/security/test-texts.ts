import { join } from "node:path";
import { Glob } from "bun";
import { projectRoot } from "../../server/config/environment.ts";

/** The text of every file of the tests, by its path from the root. */
export async function testTexts(): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const path of [...new Glob("tests/**/*.ts").scanSync(projectRoot)].sort())
    texts.set(path, await Bun.file(join(projectRoot, path)).text());
  return texts;
}
