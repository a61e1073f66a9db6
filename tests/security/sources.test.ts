import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Glob } from "bun";
import { isProduct, sources, textOf } from "../support/sources.ts";

const built = join(import.meta.dir, "../../web/dist");

/** Files of the product that have the pattern, with what they have. */
const having = (pattern: RegExp, among: (path: string) => boolean = isProduct) =>
  sources.filter(among).flatMap((path) => found(path, textOf.get(path)!, pattern));

/** The same of what the browser is given. */
async function delivered(pattern: RegExp, kinds: string): Promise<string[]> {
  const paths = [...new Glob(`**/*.${kinds}`).scanSync(built)].sort();
  expect(paths.length).toBeGreaterThan(0);
  const texts = await Promise.all(paths.map((path) => Bun.file(join(built, path)).text()));
  return texts.flatMap((text, at) => found(paths[at]!, text, pattern));
}

const found = (path: string, text: string, pattern: RegExp): string[] =>
  [...text.matchAll(new RegExp(pattern, "g"))].map(([sign]) => `${path}: ${sign.trim()}`);

describe("ASVS 1.3.2 no text is run as code", () => {
  const running =
    /\beval\s*\(|\bnew Function\b|(?<![.\w])Function\s*\(|\bset(?:Timeout|Interval)\s*\(\s*["'`]|node:vm|javascript:/;

  test("in the sources", () => {
    expect(having(running)).toEqual([]);
    expect(having(/\bimport\s*\(\s*(?!["'])/)).toEqual([]);
  });

  test("in what the browser is given, packages and all", async () => {
    expect(await delivered(running, "js")).toEqual([]);
  });
});

test("ASVS 1.3.7 nothing makes templates while it runs, and there is nothing to make them with", async () => {
  const { dependencies } = await Bun.file(join(import.meta.dir, "../../package.json")).json();
  const engines = /^(ejs|pug|eta|handlebars|mustache|nunjucks|liquidjs|dot|squirrelly|marko|vento|edge\.js)$/;
  expect(Object.keys(dependencies).filter((name) => engines.test(name))).toEqual([]);
  expect(having(/svelte\/compiler|\.compile\(|createRawSnippet|hono\/html|\braw\(/)).toEqual([]);
});

describe("ASVS 1.2.3 no script is put together, and none has values written into it", () => {
  test("pages name their scripts, and hold none", async () => {
    const inline = /<script(?![^>]*\ssrc=)[^>]*>|\son[a-z]+\s*=\s*"|<[^>]*\sstyle=/;
    expect(await delivered(inline, "html")).toEqual([]);
  });

  test("the server writes no script", () => {
    const server = (path: string) => path.startsWith("server/");
    expect(having(/<script|<\/script|text\/javascript|application\/javascript/, server)).toEqual([]);
  });
});

describe("ASVS 3.5.5 messages of other windows are heard by nobody", () => {
  test("in the sources: only the thread that judges passwords, its page and the socket hear messages", () => {
    const hearing =
      /[\w.]*\baddEventListener\(\s*["'`]message["'`]|[\w.]*\bonmessage(?= = )|BroadcastChannel/;
    const web = (path: string) => path.startsWith("web/");
    expect(having(hearing, web)).toEqual([
      'web/entry/strength-thread.ts: worker.addEventListener("message"',
      'web/entry/strength-worker.ts: addEventListener("message"',
      "web/transport/socket.ts: socket.onmessage",
      "web/transport/socket.ts: socket.onmessage",
    ]);
    expect(having(/<svelte:window[^>]*onmessage|<svelte:body[^>]*onmessage/, web)).toEqual([]);
  });

  test("in what the browser is given: of all that runs in a window, nothing", async () => {
    const hearing =
      /(?:^|[^.\w]|\b(?:window|self|globalThis|top|parent)\.)(?:addEventListener\(\s*["'`]message["'`]|onmessage\s*=[^=])/;
    const heard = await delivered(hearing, "js");
    expect(heard.filter((line) => !line.startsWith("assets/strength-worker-"))).toEqual([]);
  });
});

describe("ASVS 4.4.1 sockets are opened over TLS only", () => {
  const plain = /["'`]ws:|\bws:\/\//;

  test("in the sources", () => {
    expect(having(plain)).toEqual([]);
    expect(having(/wss:\/\//, (path) => path.startsWith("web/"))).toEqual(["web/app/main.ts: wss://"]);
  });

  test("in what the browser is given", async () => {
    expect(await delivered(plain, "js")).toEqual([]);
    expect((await delivered(/wss:\/\/\$\{location\.host\}/, "js")).length).toBe(1);
  });
});

test("ASVS 1.2.9 patterns are written by us: none is made of what somebody typed", () => {
  const made = /\bnew RegExp\([^)]*|\bRegExp\([^)]*|\bi?like\(|\bi?like\s+\$\{|\bglob\s+\$\{|\.search\(/;
  // Of parts that stand in the same file, for a setting of the operator.
  expect(having(made)).toEqual([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what stands there
    "server/config/reader.ts: new RegExp(`^${label}(\\\\.${label}",
  ]);
});

test("ASVS 3.6.1 what the browser is given names no file on another host", async () => {
  const elsewhere = /(?:src|href)=["']?(?:https?:)?\/\/[^"'\s>]+|url\(["']?(?:https?:)?\/\/|@import[^;]+/;
  expect(await delivered(elsewhere, "{html,css,webmanifest}")).toEqual([]);
  const loaded =
    /(?:\bimport|\bfrom)\s*\(?\s*["'`](?:https?:)?\/\/|new (?:Worker|SharedWorker|EventSource)\(["'`]http/;
  expect(await delivered(loaded, "js")).toEqual([]);
});
