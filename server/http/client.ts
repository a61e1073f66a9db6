import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { Refusal } from "../refusal.ts";
import type { RouteContext } from "./env.ts";

const encodings = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;

/** The built client in `folder`: every file found at the start, and nothing else, can be asked for. */
export function client(folder: string) {
  const files = new Set(existsSync(folder) ? list(realpathSync(folder)) : []);

  return async (c: RouteContext): Promise<Response> => {
    const asked = c.req.path.slice(1);
    const name = isPage(asked) ? "index.html" : asked;
    if (!files.has(name) || name.endsWith(".br") || name.endsWith(".gz")) throw new Refusal("not_found");

    const accepted = acceptedOf(c.req.header("accept-encoding") ?? "");
    const [encoding, suffix] = encodings.find(
      ([token, ending]) => accepted.has(token) && files.has(name + ending),
    ) ?? [null, ""];
    const file = Bun.file(join(folder, name + suffix));
    // Gone since the start, as while a new client is being built.
    if (!(await file.exists())) throw new Refusal("not_found");
    return new Response(file, {
      headers: {
        "Content-Type": typeOf(name),
        "Content-Length": String(file.size),
        "Cache-Control": name.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-store",
        Vary: "Accept-Encoding",
        ...(encoding ? { "Content-Encoding": encoding } : {}),
      },
    });
  };
}

/** Whether a path is one the client shows a screen for: no file, no folder of files, nothing hidden. */
const isPage = (path: string): boolean => !/\.\w+$|^assets(\/|$)|(^|\/)\./.test(path);

/** The encodings a browser takes; `q=0` is how it says that it does not. */
function acceptedOf(header: string): Set<string> {
  const parts = header.toLowerCase().split(",");
  const taken = parts.filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part));
  return new Set(taken.map((part) => part.split(";")[0]!.trim()));
}

/** What a client is made of. Whatever else comes to lie in its folder is not served. */
const kinds = /\.(html|js|css|woff2|svg|png|webmanifest)(\.(br|gz))?$/;

/** Paths below the folder, with slashes; hidden files, those of other kinds and what links lead to are not part of it. */
function list(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => kinds.test(name) && !/(^|[\\/])\./.test(name))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() && realpathSync(path) === path)
    .map((path) => relative(folder, path).split(sep).join("/"));
}

function typeOf(name: string): string {
  if (name.endsWith(".webmanifest")) return "application/manifest+json";
  const { type } = Bun.file(name);
  return type.endsWith("+xml") ? `${type};charset=utf-8` : type;
}
