import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { YAML } from "bun";
import { projectRoot } from "../../server/config/environment.ts";
import { imports, isOurs, isProduct, sources, textOf } from "../support/sources.ts";

const read = (path: string) => Bun.file(join(projectRoot, path)).text();
const having = (pattern: RegExp, among: (path: string) => boolean) =>
  sources.filter((path) => among(path) && pattern.test(textOf.get(path)!));
const isServer = (path: string) => path.startsWith("server/");

/** The instructions of the last stage of the Dockerfile, which is what runs. */
const image = (await read("Dockerfile")).split(/^FROM .*$/m).at(-1)!;
const dist = join(projectRoot, "web/dist");
const built = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((name) =>
  /\.(js|css|html)$/.test(name),
);

describe("ASVS 13.4.2 nothing for debugging is on when people use it", () => {
  test("neither in the server, which answers errors as in production whatever its settings are", () => {
    expect(textOf.get("server/main.ts")!).toMatch(
      /Bun\.serve\(\{[\s\S]*?\n\s+development: false,\n[\s\S]*?\}\)/,
    );
    expect(having(/development: (?!false)/, isServer)).toEqual([]);
    expect(
      having(
        /\bdebugger\b|\bconsole\.(debug|trace|dir|table)\b|node:inspector|bun:jsc|\bNODE_ENV\b/,
        isProduct,
      ),
    ).toEqual([]);
    const settings = textOf.get("server/config/environment.ts")! + textOf.get("server/config/reader.ts")!;
    expect(settings).not.toMatch(/\b(DEBUG|VERBOSE|DEV)\b/);
  });

  test("nor in how it is started", async () => {
    const { scripts } = JSON.parse(await read("package.json"));
    const { services } = YAML.parse(await read("compose.yaml")) as { services: object };
    const started = [scripts.start, image, JSON.stringify(services), textOf.get("scripts/start.ts")!];
    expect(
      started.filter((how) => /--(inspect|hot|watch|debug|print)|BUN_INSPECT|NODE_DEBUG|DEBUG=/.test(how)),
    ).toEqual([]);
    expect(image).toMatch(/^ENV .*\bNODE_ENV=production\b/m);
  });

  test("nor in the client, which is built without maps of its sources and without tools for developers", async () => {
    expect(built.length).toBeGreaterThan(10);
    const telling =
      /\bsourceMappingURL\b|import\.meta\.hot|\/@vite\/client|\bdebugger\s*[;}]|console\.(log|debug|trace)\(/;
    const texts = await Promise.all(built.map((name) => Bun.file(join(dist, name)).text()));
    expect(built.filter((_, at) => telling.test(texts[at]!))).toEqual([]);
    expect(
      readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".map")),
    ).toEqual([]);
  });
});

describe("ASVS 15.2.3 what people use holds nothing made for tests or development", () => {
  test("the product uses none of it: neither our tests and tools, nor packages for developers on the server", async () => {
    const { dependencies, devDependencies } = JSON.parse(await read("package.json"));
    const product = imports.filter(({ from }) => isProduct(from));
    expect(product.filter(({ to }) => /^(tests|scripts)\//.test(to))).toEqual([]);
    const nameOf = (to: string) => /^(@[^/]+\/)?[^/]+/.exec(to)![0];
    const packages = product
      .filter(
        ({ from, to, typesOnly }) =>
          isServer(from) && !typesOnly && !isOurs(to) && !/^(node:|bun$|bun:)/.test(to),
      )
      .map(({ to }) => nameOf(to));
    expect(packages).toContain("hono");
    expect(packages.filter((name) => !(name in dependencies))).toEqual([]);
    expect(Object.keys(devDependencies).filter((name) => name in dependencies)).toEqual([]);
  });

  test("no route is for tests", () => {
    const routes = sources.filter((path) => path.startsWith("server/http/"));
    expect(
      routes.filter((path) => /"\/(api\/)?(test|dev|debug|seed|mock)\b/.test(textOf.get(path)!)),
    ).toEqual([]);
    expect(having(/x-test-|\btestPepper\b|\bfake\w*\(/i, isServer)).toEqual([]);
  });

  test("the image has the packages of production and no tests", async () => {
    expect(image).toContain("COPY --from=packages /app/node_modules node_modules");
    const [, packages] = /AS packages\n([\s\S]*?)\nFROM/.exec(await read("Dockerfile"))!;
    expect(packages).toContain("bun install --frozen-lockfile --production");
    const copied = [...image.matchAll(/^COPY (?:--from=\S+ )?(.+) \S+$/gm)].flatMap(([, from]) =>
      from!.split(" "),
    );
    expect(copied).toContain("server");
    expect(copied.filter((path) => /(^|\/)(tests?|\.github|\.ci)(\/|$)|^\.$/.test(path))).toEqual([]);
    expect(
      sources.filter(
        (path) => isProduct(path) && /\.(test|spec)\.|(^|\/)(fakes?|mocks?|fixtures)\//.test(path),
      ),
    ).toEqual([]);
    const ignored = (await read(".dockerignore")).split("\n");
    expect([ignored[0], ignored.includes("!tests"), existsSync(join(projectRoot, "tests"))]).toEqual([
      "*",
      false,
      true,
    ]);
  });
});
