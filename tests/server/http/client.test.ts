import { describe, expect, test } from "bun:test";
import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../support/folder.ts";
import { request } from "../../support/raw.ts";
import { startServer } from "../../support/server.ts";
import { stage } from "../../support/stage.ts";

const page = "<!doctype html><title>chat</title>";
const script = "console.log('hello')";
const files: Record<string, string | Uint8Array> = {
  "dist/index.html": page,
  "dist/index.html.br": "page as brotli",
  "dist/assets/main-a1b2.js": script,
  "dist/assets/main-a1b2.js.br": "script as brotli",
  "dist/assets/main-a1b2.js.gz": Bun.gzipSync(script),
  "dist/assets/style-c3d4.css": "body{}",
  "dist/assets/figtree-e5f6.woff2": "wOF2",
  "dist/icon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
  "dist/manifest.webmanifest": "{}",
  "dist/assets/main-a1b2.js.map": "{}",
  "dist/notes.txt": "left behind",
  "dist/server.ts": "source",
  "dist/chat.sqlite": "SQLite format 3",
  "dist/.env": "SECRET=1",
  "dist/.git/config": "[core]",
  "chat.sqlite": "SQLite format 3",
  "dist-old/secret.txt": "not part of the client",
};
const client = join(temporaryFolder(files), "dist");
symlinkSync("../dist-old", join(client, "linked"));
const { server } = stage({ once: true, clientFolder: client });

const get = (path: string, accept?: string, method = "GET") =>
  request(server, { method, path, headers: accept === undefined ? {} : { "Accept-Encoding": accept } });

describe("pages", () => {
  for (const path of [
    "/",
    "/login",
    "/register",
    "/account",
    "/c/group",
    "/c/direct:1:2",
    "/?next=//evil.example",
  ]) {
    test(`${path} is the one page there is, never kept`, async () => {
      const { status, headers, body } = await get(path);
      expect([status, body]).toEqual([200, page]);
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("content-type")).toBe("text/html;charset=utf-8");
    });
  }
});

describe("files", () => {
  const types: [string, string][] = [
    ["/assets/main-a1b2.js", "text/javascript;charset=utf-8"],
    ["/assets/style-c3d4.css", "text/css;charset=utf-8"],
    ["/assets/figtree-e5f6.woff2", "font/woff2"],
    ["/icon.svg", "image/svg+xml;charset=utf-8"],
    ["/manifest.webmanifest", "application/manifest+json"],
  ];
  for (const [path, type] of types) {
    test(`ASVS 4.1.1 ${path} is ${type}`, async () => {
      const { status, headers, body } = await get(path);
      expect([status, body]).toEqual([200, files[`dist${path}`] as string]);
      expect(headers.get("content-type")).toBe(type);
    });
  }

  test("named by their content they are kept for good; others are not kept", async () => {
    const kept = (await get("/assets/main-a1b2.js")).headers.get("cache-control");
    expect(kept).toBe("public, max-age=31536000, immutable");
    expect((await get("/icon.svg")).headers.get("cache-control")).toBe("no-store");
  });

  test("HEAD says what GET would, without the content", async () => {
    for (const path of ["/", "/assets/main-a1b2.js"]) {
      const [whole, head] = [await get(path, "br"), await get(path, "br", "HEAD")];
      expect([head.status, head.body]).toEqual([200, ""]);
      for (const name of ["content-type", "content-encoding", "cache-control", "vary", "content-length"]) {
        expect([name, head.headers.get(name)]).toEqual([name, whole.headers.get(name)]);
      }
    }
  });
});

describe("the encoding is one that the browser takes", () => {
  const cases: [string | undefined, string | null][] = [
    ["gzip, deflate, br, zstd", "br"],
    ["gzip", "gzip"],
    ["GZIP;q=0.5", "gzip"],
    ["br;q=0, gzip", "gzip"],
    ["br;q=0.0, gzip;q=0.000", null],
    ["br ; q=0.1,gzip;q=0", "br"],
    ["brotli, xgzip, x-gzip-y", null],
    ["identity", null],
    ["", null],
    [undefined, null],
  ];
  for (const [accept, encoding] of cases) {
    test(`${accept} gives ${encoding}`, async () => {
      const { status, headers } = await get("/assets/main-a1b2.js", accept);
      expect([status, headers.get("content-encoding")]).toEqual([200, encoding]);
      expect(headers.get("vary")).toBe("Accept-Encoding");
      expect(headers.get("content-type")).toBe("text/javascript;charset=utf-8");
    });
  }

  test("where it was not compressed, it comes as it is", async () => {
    const { headers, body } = await get("/assets/style-c3d4.css", "br, gzip");
    expect([headers.get("content-encoding"), body]).toEqual([null, "body{}"]);
  });
});

describe("ASVS 13.4.1 13.4.3 13.4.7 nothing else can be read", () => {
  const paths = [
    "/../chat.sqlite",
    "/assets/../../chat.sqlite",
    "/..%2fchat.sqlite",
    "/%2e%2e/chat.sqlite",
    "/%2e%2e%2fchat.sqlite",
    "/..\\chat.sqlite",
    "/..%5cchat.sqlite",
    "/assets/..%2f..%2fchat.sqlite",
    "/....//chat.sqlite",
    "//etc/passwd.txt",
    "/chat.sqlite",
    "/dist-old/secret.txt",
    "/linked/secret.txt",
    "/.env",
    "/.git/config",
    "/.git/HEAD",
    "/c/.git/HEAD",
    "/.well-known/x",
    "/assets",
    "/assets/",
    "/assets/nothing",
    "/assets/main-a1b2.js.br",
    "/assets/main-a1b2.js.gz",
    "/assets/main-a1b2.js%00",
    "/assets/main-a1b2.js.map",
    "/index.html.br",
    "/nothing.js",
    "/notes.txt",
    "/server.ts",
    "/server/main.ts",
    "/constructor.js",
  ];
  for (const path of paths) {
    test(path, async () => {
      const { status, headers, body } = await get(path, "br");
      expect([status, JSON.parse(body).error.code]).toEqual([404, "not_found"]);
      expect(headers.get("content-encoding")).toBeNull();
    });
  }
});

test("a file that is gone since the start is not there, and no bug", async () => {
  rmSync(join(client, "manifest.webmanifest"));
  expect((await get("/manifest.webmanifest")).status).toBe(404);
});

test("a server whose client was not built says that there is nothing", async () => {
  const empty = await startServer({ clientFolder: join(client, "nowhere") });
  expect((await request(empty, {})).status).toBe(404);
  await empty.stop();
});
