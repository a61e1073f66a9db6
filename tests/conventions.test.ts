import { describe, expect, test } from "bun:test";
import ts from "typescript";
import { isProduct, sources, textOf } from "./support/sources.ts";

/** Files whose text has the pattern, besides the excepted ones. */
const having = (pattern: RegExp, among: (path: string) => boolean, except: string[] = []) =>
  sources.filter((path) => among(path) && !except.includes(path) && pattern.test(textOf.get(path)!));

describe("what is not written", () => {
  test("time, chance and the environment come from system.ts and main.ts: everything else can be tested with others", () => {
    const impure =
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bcrypto\.(randomUUID|getRandomValues)\b|\b(Bun|process)\.env\b/;
    const pure = (path: string) => /^(server|web)\//.test(path);
    const sourcesOfIt = [
      "server/system.ts",
      "server/main.ts",
      "web/app/main.ts",
      "web/transport/system.ts",
      "web/vite.config.ts",
    ];
    expect(having(impure, pure, sourcesOfIt)).toEqual([]);
  });

  test("topic strings stand in one file: a topic nobody publishes to is a silent bug", () => {
    const topic = /\.(publish|subscribe|unsubscribe)\(\s*["'`]|["'`](user|room):\$\{/;
    // What a room is named is its topic, too.
    const topics = ["server/broker/topics.ts", "server/protocol/conversation-id.ts"];
    expect(having(topic, isProduct, topics)).toEqual([]);
  });

  test("ASVS 1.3.1 no markup is made from strings, and no code from text", () => {
    const dangerous = /\{@html|\.innerHTML\b|insertAdjacentHTML|document\.write|\beval\(|\bnew Function\b/;
    expect(having(dangerous, isProduct)).toEqual([]);
  });

  test("no form is submitted by the browser: the page would be left, and what was written with it", () => {
    const forms = having(/<form\b/, isProduct);
    expect(forms.length).toBeGreaterThan(0);
    expect(having(/onsubmit=\{submit\}[\s\S]*<form|<form\b[^>]*onsubmit=\{submit\}/, isProduct)).toEqual(
      forms,
    );
    expect(having(/submit\(event: \w*Event\)[^{]*\{\s*event\.preventDefault\(\);/, isProduct)).toEqual(forms);
  });

  test("ASVS 1.2.5 the server starts no other program", () => {
    const spawning = /child_process|Bun\.spawn|Bun\.\$|from "bun".*\$/;
    expect(having(spawning, (path) => path.startsWith("server/"))).toEqual([]);
  });

  test("ASVS 1.2.4 SQL is never put together from text", () => {
    expect(having(/\bsql\.raw\(/, isProduct)).toEqual([]);
  });

  test("no test is left out", () => {
    const skipped = /\b(test|it|describe)\.(skip|only|todo|if|skipIf|todoIf)\b/;
    const tests = (path: string) => path.startsWith("tests/");
    expect(having(skipped, tests)).toEqual([]);
  });

  test("no test runs the event loop from within a callback: outcome.ts says what that breaks", () => {
    const nesting = /\)\s*\.(rejects|resolves)\s*\./;
    expect(having(nesting, (path) => path.startsWith("tests/"))).toEqual([]);
  });
});

describe("how files are cut", () => {
  test("files are named by what they hold", () => {
    const vague = /(^|[/-])(utils?|helpers?|managers?|services?|misc|common|index)\.(svelte\.)?(ts|svelte)$/;
    expect(sources.filter((path) => vague.test(path))).toEqual([]);
    const styled = sources.filter((path) =>
      path.endsWith(".svelte")
        ? !/\/[A-Z]\w*\.svelte$/.test(path)
        : !/\/[a-z\d-]+(\.[a-z\d-]+)*\.\w+$/.test(path),
    );
    expect(styled).toEqual([]);
  });

  test("no file only passes on others", () => {
    const barrel = (path: string) => {
      const lines = textOf
        .get(path)!
        .split("\n")
        .filter((line) => line.trim() && !line.startsWith("//"));
      return lines.length > 0 && lines.every((line) => /^export .* from /.test(line));
    };
    expect(sources.filter((path) => path.endsWith(".ts") && barrel(path))).toEqual([]);
  });
});

describe("the words of the glossary", () => {
  /** Names that were private to this project, where the field has a word: server/GLOSSARY.md. Sentences are free. */
  const retired =
    /^(houses?|doors?|doorways?|whence|deeds?|standings?|newcomers?|pledges?|glimpses?|surroundings|likeness|turnstiles?|scrub(bed|s)?|seats?|seating)$/;
  const phrases = /^(leavesFor|waysIn|giveWay|ownData|beginnings)/i;
  const parts = (name: string) =>
    name.split(/[-_.]|(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/).map((part) => part.toLowerCase());

  test("no file is named by a retired word", () => {
    const named = (path: string) =>
      path
        .split("/")
        .flatMap(parts)
        .some((part) => retired.test(part));
    expect(sources.filter(named)).toEqual([]);
  });

  test("no identifier has a retired word in it", () => {
    const found = sources
      .filter((path) => path.endsWith(".ts") && isProduct(path))
      .flatMap((path) => identifiersOf(path).map((name) => ({ path, name })))
      .filter(({ name }) => phrases.test(name) || parts(name).some((part) => retired.test(part)));
    expect(found).toEqual([]);
  });
});

describe("the store", () => {
  const files = sources
    .filter((path) => /^server\/store\/.*\.ts$/.test(path))
    .map((path) => parsed(path, textOf.get(path)!));
  const generators = new Set(files.flatMap(generatorsOf));

  test("a generator is driven where it is called: without `yield*` it would do nothing", () => {
    expect([...generators]).toEqual(expect.arrayContaining(["rows", "done", ".audit", "endSessions"]));
    const undriven = files.map((file) => [file.fileName, undrivenIn(file, generators)] as const);
    expect(undriven.filter(([, calls]) => calls.length > 0)).toEqual([]);
  });

  test("a call without `yield*` is found wherever it stands", () => {
    const planted = `
      transaction(function* (tx, id: number) {
        endSessions(tx, id);
        yield done(query);
        const user = first(query)!;
        if (some(query)) return rows(query);
        const later = () => tx.deleted({ userId: id });
        yield* tx.audit(entry);
        return (yield* first(query))!.count + (yield* endSessions(tx, yield* lockPeople(tx, [id])));
      });`;
    expect(undrivenIn(parsed("planted.ts", planted), generators)).toEqual([
      "endSessions(tx, id)",
      "done(query)",
      "first(query)",
      "some(query)",
      "rows(query)",
      "tx.deleted({ userId: id })",
    ]);
  });
});

/** The names of a file's generator functions, as they are called: methods after a dot too. */
const generatorsOf = (file: ts.SourceFile): string[] =>
  nodesOf(file).flatMap((node) => {
    const isMethod = ts.isMethodDeclaration(node);
    if (!(isMethod || ts.isFunctionDeclaration(node)) || !node.asteriskToken) return [];
    const name = node.name!.getText();
    return isMethod ? [name, `.${name}`] : [name];
  });

/** The calls in a file of generator functions of these names whose value is not the operand of a `yield*`. */
const undrivenIn = (file: ts.SourceFile, generators: ReadonlySet<string>): string[] =>
  nodesOf(file)
    .filter(ts.isCallExpression)
    .filter(({ expression: callee, parent }) => {
      const name = ts.isPropertyAccessExpression(callee) ? `.${callee.name.text}` : callee.getText();
      return generators.has(name) && !(ts.isYieldExpression(parent) && parent.asteriskToken);
    })
    .map((call) => call.getText());

const parsed = (path: string, text: string) => ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);

function nodesOf(node: ts.Node, found: ts.Node[] = []): ts.Node[] {
  found.push(node);
  ts.forEachChild(node, (child) => void nodesOf(child, found));
  return found;
}

/** The names that a file's code uses. */
function identifiersOf(path: string): string[] {
  const names = nodesOf(parsed(path, textOf.get(path)!))
    .filter((node) => ts.isIdentifier(node) || ts.isPrivateIdentifier(node))
    .map(({ text }) => text.replace(/^#/, ""));
  return [...new Set(names)];
}
