import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";
import * as v from "valibot";
import { routeTable } from "../server/http/routes.ts";
import { closeCodes } from "../server/protocol/close-codes.ts";
import { commands } from "../server/protocol/commands.ts";
import { errorCodes } from "../server/protocol/errors.ts";
import { events } from "../server/protocol/events.ts";
import { rights } from "../server/protocol/roles.ts";

const root = join(import.meta.dir, "..");
const documents = ["*.md", "server/*.md", ".github/*.md"].flatMap((pattern) => [
  ...new Glob(pattern).scanSync({ cwd: root, dot: true }),
]);
const text = await Bun.file(join(root, "server/README.md")).text();

/** The first JSON block under the heading of this name. */
function exampleOf(name: string): unknown {
  const [, rest] = text.split(`#### \`${name}\`\n`);
  const [, json] = /```json\n([\s\S]*?)```/.exec(rest ?? "") ?? [];
  return JSON.parse(json ?? "null");
}

const headings = [...text.matchAll(/^#### `([^`]+)`$/gm)].map(([, name]) => name!);
const rowsUnder = (heading: string) => {
  const [section] = (text.split(`\n### ${heading}\n`)[1] ?? "").split(/\n##+ /);
  return [...section!.matchAll(/^\| `?([\w./: -]+?)`?(?: \(fresh\))? \| (.*) \|$/gm)].map(
    ([, first, rest]) => [first!, rest!],
  );
};

describe("server/README.md tells the protocol as it is", () => {
  test("it has a section for every command and every event, and no other", () => {
    expect(headings.toSorted()).toEqual([...Object.keys(commands), ...Object.keys(events)].toSorted());
  });

  for (const [name, schema] of [...Object.entries(commands), ...Object.entries(events)]) {
    test(`the example of ${name} is one`, () => {
      const parsed = v.safeParse(v.strictObject(schema.entries as v.ObjectEntries), exampleOf(name));
      expect(parsed.issues ?? []).toEqual([]);
    });
  }

  test("its table of errors has every code with its status", () => {
    const said = rowsUnder("Errors").filter(([code]) => code !== "code");
    const real = Object.entries(errorCodes).map(([code, { status }]) => [code, String(status)]);
    expect(
      said.map(([code, rest]) => [code, rest!.split(" | ")[0]]).filter(([code]) => code !== "---"),
    ).toEqual(real as string[][]);
  });

  test("its table of close codes has every code with its name", () => {
    const said = rowsUnder("Close codes")
      .map(([code, rest]) => `${code} ${rest!.split(" | ")[0]!.replaceAll("`", "")}`)
      .filter((row) => row.startsWith("4"));
    expect(said).toEqual(Object.entries(closeCodes).map(([name, code]) => `${code} ${name}`));
  });

  test("its table of routes has every route", () => {
    const said = rowsUnder("Over HTTP").map(([route]) => route!);
    const table = routeTable({} as Parameters<typeof routeTable>[0]);
    const real = table.map(([method, path]) => `${method} ${path}`);
    expect(said.filter((route) => route.includes("/")).toSorted()).toEqual(real.toSorted());
    const fresh = table.flatMap(([method, path, , , fresh]) => (fresh ? [`${method} ${path}`] : []));
    const marked = [...text.matchAll(/^\| `([\w./: -]+?)` \(fresh\)/gm)].map(([, route]) => route!);
    expect(marked.toSorted()).toEqual(fresh.toSorted());
  });

  test("its table of rights is the one that holds", () => {
    const said = [...text.matchAll(/^\| `([a-z. ]+)` \| ([a-z]+) \|/gm)].map(([, right, role]) => [
      right!,
      role!,
    ]);
    expect(said).toEqual(Object.entries(rights) as [string, string][]);
  });
});

describe("every link leads somewhere", () => {
  test("in all the documents there are", () => {
    expect(documents.toSorted()).toEqual([
      ".github/CONTRIBUTING.md",
      ".github/SECURITY.md",
      "README.md",
      "server/GLOSSARY.md",
      "server/README.md",
      "server/SCALE.md",
    ]);
  });

  for (const document of documents) {
    test(document, async () => {
      const content = await Bun.file(join(root, document)).text();
      const links = [...content.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
      const ours = links.filter((link) => !/^(https?:|mailto:|#)/.test(link));
      const broken = ours.filter((link) => !existsSync(join(root, dirname(document), link.split("#")[0]!)));
      expect(broken).toEqual([]);
    });
  }
});

describe("README.md leaves nothing out", () => {
  const readme = Bun.file(join(root, "README.md")).text();
  const mentioned = async (names: string[]) => {
    const content = await readme;
    return names.filter((name) => !content.includes(`\`${name}\``));
  };

  test("every dependency has its reason", async () => {
    const { dependencies, devDependencies } = await Bun.file(join(root, "package.json")).json();
    expect(await mentioned(Object.keys({ ...dependencies, ...devDependencies }))).toEqual([]);
  });

  test("every setting has its row", async () => {
    const config = await Bun.file(join(root, "server/config/environment.ts")).text();
    const settings = [...config.matchAll(/\b(?:setting|count)(?:<[^>]*>)?\(\s*"([A-Z_]+)"/g)].map(
      ([, name]) => name!,
    );
    expect(settings.length).toBeGreaterThan(5);
    expect(await mentioned(settings)).toEqual([]);
  });

  test("every command has its row", async () => {
    const { scripts } = await Bun.file(join(root, "package.json")).json();
    expect(await mentioned(Object.keys(scripts).map((name) => `bun run ${name}`))).toEqual([]);
  });
});
