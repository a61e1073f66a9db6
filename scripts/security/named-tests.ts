import ts from "typescript";
import { expectations } from "./expectations.ts";

/** A test, or a group of tests, whose name says which requirements it shows. */
export interface NamedTest {
  ids: string[];
  name: string;
  file: string;
  line: number;
  /** Whether it, or what it calls, expects anything. */
  expects: boolean;
}

export interface Named {
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
