import { dirname, join, relative } from "node:path";
import { Glob } from "bun";

const root = join(import.meta.dir, "../..");
/** Every source file of ours, as a path from the root. */
export const sources = [...new Glob("{server,web,scripts,tests,drizzle}/**/*.{ts,svelte,css}").scanSync(root)]
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => !path.startsWith("web/dist/"))
  .sort();
export const textOf = new Map<string, string>();
for (const path of sources) textOf.set(path, await Bun.file(join(root, path)).text());

export interface Import {
  from: string;
  /** A path from the root for our own files, the specifier for packages. */
  to: string;
  typesOnly: boolean;
}

export const imports: Import[] = sources.flatMap((from) => {
  const statement = /^\s*(?:import|export)\s+(type\s)?(?:[^;'"]*?\sfrom\s+)?["']([^"']+)["']/gm;
  return [...textOf.get(from)!.matchAll(statement)].map(([, typesOnly, specifier]) => ({
    from,
    to: specifier!.startsWith(".") ? relative(root, join(root, dirname(from), specifier!)) : specifier!,
    typesOnly: typesOnly !== undefined,
  }));
});

/** Whether a path is one of ours, and not a package. */
export const isOurs = (path: string): boolean => /^(server|web|scripts|tests|drizzle)\//.test(path);

/** Whether a file is part of the product. */
export const isProduct = (path: string): boolean => /^(server|web)\//.test(path);
