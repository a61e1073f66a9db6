import { dirname, join } from "node:path";
import { Glob } from "bun";
import ts from "typescript";
import { projectRoot } from "../../server/config/environment.ts";

/** A test, or a group of tests, whose name says which requirements it shows. */
export interface NamedTest {
  ids: string[];
  name: string;
  file: string;
  line: number;
  /** Whether it, or what it calls, expects anything. */
  expects: boolean;
}

interface Named {
  tests: NamedTest[];
  /** Names that speak of the standard and cannot be read. */
  unreadable: string[];
}

const idPattern = /\d+\.\d+\.\d+/g;
const idsFirst = /^ASVS \d+\.\d+\.\d+(?:,? (?:ASVS )?\d+\.\d+\.\d+)*(?= )/;

/** Finds the tests that name requirements; takes the text of each file of the tests by its path. */
export function namedTests(texts: ReadonlyMap<string, string>): Named {
  const files = new Map(
    [...texts].map(([path, text]) => [path, ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)]),
  );
  const expects = expectations(files);
  const found: Named = { tests: [], unreadable: [] };

  function look(node: ts.Node, file: ts.SourceFile) {
    if (ts.isCallExpression(node) && isTest(node)) note(node, file);
    ts.forEachChild(node, (child) => look(child, file));
  }

  function note(call: ts.CallExpression, file: ts.SourceFile) {
    const name = nameOf(call.arguments[0]);
    if (!name.includes("ASVS")) return;
    const [first] = idsFirst.exec(name) ?? [];
    if (first === undefined) {
      found.unreadable.push(`${file.fileName}: ${name}`);
      return;
    }
    const line = file.getLineAndCharacterOfPosition(call.getStart()).line + 1;
    const body = call.arguments.slice(1);
    found.tests.push({
      ids: first.match(idPattern)!,
      name,
      file: file.fileName,
      line,
      expects: body.some((part) => expects(part, file)),
    });
  }

  for (const file of files.values()) look(file, file);
  return found;
}

/** `test(…)`, `describe(…)`, and `test.each(…)(…)`. */
function isTest({ expression }: ts.CallExpression): boolean {
  let root: ts.Expression = expression;
  while (ts.isCallExpression(root) || ts.isPropertyAccessExpression(root)) root = root.expression;
  return ts.isIdentifier(root) && /^(test|it|describe)$/.test(root.text);
}

/** A name as it is written; what is put into a template is left out. */
function nameOf(node: ts.Node | undefined): string {
  if (node === undefined) return "";
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return "";
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("…");
}

/** The text of every file of the tests, by its path from the root. */
export async function testTexts(): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const path of [...new Glob("tests/**/*.ts").scanSync(projectRoot)].sort())
    texts.set(path, await Bun.file(join(projectRoot, path)).text());
  return texts;
}

/**
 * Tells whether a piece of a test expects anything: by itself, or by a function or method that it calls or hands on, of the
 * same file or of one that it imports. What is expected is not judged.
 */
function expectations(
  files: ReadonlyMap<string, ts.SourceFile>,
): (node: ts.Node, file: ts.SourceFile) => boolean {
  const known = new Map(
    [...files].map(([path, file]) => [path, { declared: declaredIn(file), imported: importedBy(file) }]),
  );

  function holds(node: ts.Node, path: string, seen: Set<ts.Node>): boolean {
    if (isExpect(node)) return true;
    if (ts.isIdentifier(node) && isUse(node))
      for (const place of [path, ...(known.get(path)?.imported ?? [])])
        for (const found of known.get(place)?.declared.get(node.text) ?? []) {
          if (seen.has(found)) continue;
          seen.add(found);
          if (holds(found, place, seen)) return true;
        }
    return ts.forEachChild(node, (child) => holds(child, path, seen) || undefined) ?? false;
  }
  return (node, file) => holds(node, file.fileName, new Set());
}

/**
 * `expect(…)`; `fc.assert(…)` of fast-check, whose properties say by what they give whether they hold; and `….waitFor(…)` of
 * Playwright, which fails where what is waited for does not come.
 */
const isExpect = (node: ts.Node): boolean =>
  ts.isCallExpression(node) && /^expect$|^fc\.assert$|\.waitFor$/.test(node.expression.getText());

/** Whether a name is called, or used for what it stands for; not that of a member, a declaration or a field. */
function isUse(name: ts.Identifier): boolean {
  const { parent } = name;
  if (ts.isPropertyAccessExpression(parent) && parent.name === name)
    return ts.isCallExpression(parent.parent) && parent.parent.expression === parent;
  return !("name" in parent && parent.name === name);
}

/** The functions, constants and methods of a file, by their names. */
function declaredIn(file: ts.SourceFile): Map<string, ts.Node[]> {
  const declared = new Map<string, ts.Node[]>();
  const look = (node: ts.Node) => {
    if (ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node) || ts.isMethodDeclaration(node)) {
      const name = node.name?.getText() ?? "";
      declared.set(name, [...(declared.get(name) ?? []), node]);
    }
    ts.forEachChild(node, look);
  };
  look(file);
  return declared;
}

const importedBy = ({ fileName, statements }: ts.SourceFile): string[] =>
  statements
    .filter(ts.isImportDeclaration)
    .map(({ moduleSpecifier }) => join(dirname(fileName), (moduleSpecifier as ts.StringLiteral).text));
