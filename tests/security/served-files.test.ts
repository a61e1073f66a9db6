import { describe, expect, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../server/config/environment.ts";
import { temporaryFolder } from "../support/folder.ts";
import { request } from "../support/raw.ts";
import { sources, textOf } from "../support/sources.ts";
import { stage } from "../support/stage.ts";

const page = "<!doctype html><title>chat</title>";
const beside = [
  "README.md",
  "package.json",
  "bun.lock",
  "compose.yaml",
  "server/README.md",
  "server/main.ts",
];
const secret = [...beside, "data/chat.sqlite", "data/secrets.json"].map((name) => [
  name,
  "not for the browser",
]);
const folder = temporaryFolder({ ...Object.fromEntries(secret), "web/dist/index.html": page });
const { server } = stage({ once: true, clientFolder: join(folder, "web/dist") });
const { server: built } = stage({ once: true });

describe("ASVS 5.3.2 no path of a file is made of what was asked for: only what was found at the start is there", () => {
  const wanted = ["data/chat.sqlite", "data/secrets.json", ...beside];
  const ways = [
    "/",
    "/../../",
    "/..%2f..%2f",
    "/%2e%2e/%2e%2e/",
    "/..\\..\\",
    "/assets/../../../",
    `${folder}/`,
  ];
  for (const way of ways) {
    test(`asked by ${way.replace(folder, "the whole path")}`, async () => {
      for (const name of wanted) {
        for (const end of ["", "%00", "%00.html", "?x.html"]) {
          const { status, body } = await request(server, { path: way + name + end });
          // Without an ending it is the address of a page.
          expect([name, status === 200 ? body : status]).toEqual([
            name,
            end === "%00" && status === 200 ? page : 404,
          ]);
        }
      }
    });
  }
});

test("ASVS 5.3.2 of all that hears what people say, only what serves the client and what reads the list of stolen passwords touches files", () => {
  const hears = (path: string) =>
    /^server\/(accounts|auth|broker|export|http|messages|moderation|protocol|realtime)\//.test(path);
  const files = /from "(node:)?fs|\bBun\.(file|write|mmap)\b|\bnew Glob\b|import\((?!")/;
  expect(sources.filter((path) => hears(path) && files.test(textOf.get(path)!))).toEqual([
    "server/auth/breach-list.ts",
    "server/auth/sorted-hashes.ts",
    "server/http/client.ts",
  ]);
});

describe("ASVS 13.4.5 documents and measurements are not there", () => {
  const asked = [
    "metrics",
    "debug",
    "debug/pprof",
    "status",
    "server-status",
    "stats",
    "docs",
    "swagger",
    "openapi",
    "graphql",
    "actuator/env",
    "env",
    "admin/metrics",
  ];
  for (const name of asked) {
    test(name, async () => {
      const api = await request(server, { path: `/api/${name}` });
      expect([api.status, JSON.parse(api.body).error.code]).toEqual([404, "not_found"]);
      for (const ending of [".json", ".yaml", ".html", ".md", ".txt"])
        expect((await request(server, { path: `/${name}${ending}` })).status).toBe(404);
      // Without an ending it is a page of the client, which is the same for every address.
      expect((await request(server, { path: `/${name}` })).body).toBe(page);
    });
  }

  test("but for whether it is well, which is all that a load balancer is told", async () => {
    const { status, body } = await request(server, { path: "/api/health" });
    expect([status, JSON.parse(body)]).toEqual([200, { ok: true }]);
  });
});

test("ASVS 13.4.7 the client that is built has files of these kinds alone, each served as what it is", async () => {
  const dist = join(projectRoot, "web/dist");
  const all = readdirSync(dist, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => statSync(join(dist, name)).isFile());
  // What is hidden is for the build; that it is not served is asked below.
  const hidden = all.filter((name) => /(^|\/)\./.test(name));
  const files = all.filter((name) => !/\.(br|gz)$/.test(name) && !hidden.includes(name));
  expect(files).toContain("index.html");
  expect(
    all.filter((name) => /\.(br|gz)$/.test(name) && !files.includes(name.replace(/\.\w+$/, ""))),
  ).toEqual([]);
  const types: Record<string, string> = {
    css: "text/css;charset=utf-8",
    html: "text/html;charset=utf-8",
    js: "text/javascript;charset=utf-8",
    png: "image/png",
    svg: "image/svg+xml;charset=utf-8",
    webmanifest: "application/manifest+json",
    woff2: "font/woff2",
  };
  for (const name of hidden) expect((await request(built, { path: `/${name}` })).status).toBe(404);
  const kindOf = (name: string) => name.replace(/^.*\./, "");
  expect(files.filter((name) => types[kindOf(name)] === undefined)).toEqual([]);
  for (const kind of Object.keys(types)) {
    const name = files.find((name) => kindOf(name) === kind);
    const { status, headers } = await request(built, { path: `/${name}` });
    expect([kind, status, headers.get("content-type")]).toEqual([kind, 200, types[kind]!]);
  }
});
