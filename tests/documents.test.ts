import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";
import { fill, protocolDocument, writtenProtocol } from "../scripts/docs/protocol.ts";

const root = join(import.meta.dir, "..");
const documents = ["*.md", "server/*.md", ".github/*.md"].flatMap((pattern) => [
  ...new Glob(pattern).scanSync({ cwd: root, dot: true }),
]);
const read = (document: string) => Bun.file(join(root, document)).text();

describe("server/PROTOCOL.md tells the protocol as it is", () => {
  test("its generated parts are what the sources say: `bun run docs` writes them", async () => {
    const written = await Bun.file(protocolDocument).text();
    expect(written).toBe(await writtenProtocol());
  });

  test("a part without a marker, and a marker without a part, are refused", () => {
    const document = "before\n<!-- made by `bun run docs`: one -->\nold\n<!-- end -->\nafter";
    expect(fill(document, { one: "new" })).toBe(document.replace("old", "\nnew\n"));
    expect(() => fill(document, {})).toThrow('"one"');
    expect(() => fill(document, { one: "new", two: "new" })).toThrow("two");
  });
});

describe("every link leads somewhere", () => {
  test("in all the documents there are", () => {
    expect(documents.toSorted()).toEqual([
      ".github/CONTRIBUTING.md",
      ".github/SECURITY.md",
      "README.md",
      "server/DECISIONS.md",
      "server/GLOSSARY.md",
      "server/OPERATE.md",
      "server/PROTOCOL.md",
      "server/README.md",
      "server/SCALE.md",
    ]);
  });

  for (const document of documents) {
    test(document, async () => {
      const links = [...(await read(document)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
      const ours = links.filter((link) => !/^(https?:|mailto:)/.test(link));
      const leads = async (link: string) => {
        const [file, anchor] = link.split("#") as [string, string?];
        const path = file === "" ? document : join(dirname(document), file);
        if (!existsSync(join(root, path))) return false;
        return anchor === undefined || anchorsIn(await read(path)).has(anchor);
      };
      const broken: string[] = [];
      for (const link of ours) if (!(await leads(link))) broken.push(link);
      expect(broken).toEqual([]);
    });
  }
});

describe("every file that is named is there", () => {
  for (const document of documents) {
    test(document, async () => {
      const ours =
        /`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|svelte|sql)|(?:server|web|tests|scripts|drizzle)\/[\w./-]*)`/g;
      const named = [...(await read(document)).matchAll(ours)].map(([, path]) => path!);
      const gone = named.filter(
        (path) =>
          path !== "web/dist" && !["", "server"].some((folder) => existsSync(join(root, folder, path))),
      );
      expect(gone).toEqual([]);
    });
  }
});

describe("nothing is left out", () => {
  const mentioned = async (document: string, names: string[]) => {
    const content = await read(document);
    return names.filter((name) => !content.includes(`\`${name}\``));
  };

  test("every dependency has its reason in README.md", async () => {
    const { dependencies, devDependencies } = await Bun.file(join(root, "package.json")).json();
    expect(await mentioned("README.md", Object.keys({ ...dependencies, ...devDependencies }))).toEqual([]);
  });

  test("every setting has its row in server/OPERATE.md", async () => {
    const config = `${await read("server/config/environment.ts")}${await read("server/config/provider-settings.ts")}`;
    const settings = [
      ...[...config.matchAll(/\b(?:setting|count|read)(?:<[^>]*>)?\(\s*"([A-Z_]+)"/g)].map(
        ([, name]) => name!,
      ),
      ...[...config.matchAll(/\bprovider\("([A-Z]+)"/g)].flatMap(([, name]) => [
        `${name}_CLIENT_ID`,
        `${name}_CLIENT_SECRET`,
      ]),
    ];
    expect(settings.length).toBeGreaterThan(20);
    expect(await mentioned("server/OPERATE.md", settings)).toEqual([]);
  });

  test("every command has its row in server/OPERATE.md", async () => {
    const { scripts } = await Bun.file(join(root, "package.json")).json();
    const commands = Object.keys(scripts).map((name) => `bun run ${name}`);
    expect(await mentioned("server/OPERATE.md", commands)).toEqual([]);
  });
});

/** The anchors of a document's headings, as GitHub makes them. */
const anchorsIn = (content: string): Set<string> =>
  new Set(
    [...content.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\w\s-]/g, "")
        .trim()
        .replaceAll(" ", "-"),
    ),
  );
