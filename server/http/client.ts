import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { Refusal } from "../refusal.ts";
import type { RouteContext } from "./env.ts";

const encodings = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;

/** The built client in `folder`: every file found at the start, and nothing else, can be asked for. */
export function client(folder: string) {
  const files = new Set(existsSync(folder) ? list(folder) : []);

  return (c: RouteContext): Response => {
    const asked = c.req.path.slice(1);
    const isPage = !/\.\w+$/.test(asked) && !asked.startsWith("assets/");
    const name = isPage ? "index.html" : asked;
    if (!files.has(name) || name.endsWith(".br") || name.endsWith(".gz")) throw new Refusal("not_found");

    const accepted = c.req.header("accept-encoding") ?? "";
    const [encoding, suffix] = encodings.find(
      ([token, ending]) => new RegExp(`\\b${token}\\b`).test(accepted) && files.has(name + ending),
    ) ?? [null, ""];
    const isHashed = name.startsWith("assets/");
    return new Response(Bun.file(join(folder, name + suffix)), {
      headers: {
        "Content-Type": typeOf(name),
        "Cache-Control": isHashed ? "public, max-age=31536000, immutable" : "no-store",
        Vary: "Accept-Encoding",
        ...(encoding ? { "Content-Encoding": encoding } : {}),
      },
    });
  };
}

/** Paths below the folder, with slashes. */
function list(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile() && !/(^|[\\/])\./.test(name))
    .map((name) => relative(folder, join(folder, name)).split(sep).join("/"));
}

function typeOf(name: string): string {
  if (name.endsWith(".webmanifest")) return "application/manifest+json";
  return Bun.file(name).type;
}
