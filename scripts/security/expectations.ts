import { dirname, join } from "node:path";
import ts from "typescript";

type Files = ReadonlyMap<string, ts.SourceFile>;

/** The functions of a file by their names, and what it imports of others. */
interface Known {
  functions: Map<string, ts.Node>;
  imports: Map<string, { path: string; name: string }>;
}

/**
 * Tells whether a piece of a test expects anything: by itself, or by a function it calls or hands on, of the same file or
 * one that it imports; of methods there the name decides. What is expected is not judged.
 */
export function expectations(files: Files): (node: ts.Node, file: ts.SourceFile) => boolean {
  const known = new Map([...files].map(([path, file]) => [path, knownOf(file)]));
  const methods = methodsOf(files);

  function holds(node: ts.Node, path: string, seen: Set<ts.Node>): boolean {
    if (seen.has(node)) return false;
    seen.add(node);
    if (isExpect(node)) return true;
    if (ts.isIdentifier(node) && isUse(node)) {
      const found = find(node.text, path);
      if (found && holds(found.node, found.path, seen)) return true;
    }
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const named = methods.get(node.expression.name.text) ?? [];
      if (named.some((method) => isNear(method.path, path) && holds(method.node, method.path, seen)))
        return true;
    }
    return ts.forEachChild(node, (child) => holds(child, path, seen) || undefined) ?? false;
  }

  function find(name: string, path: string): { node: ts.Node; path: string } | null {
    const here = known.get(path);
    const own = here?.functions.get(name);
    if (own) return { node: own, path };
    const from = here?.imports.get(name);
    return from ? find(from.name, from.path) : null;
  }

  const isNear = (path: string, from: string) =>
    path === from || [...known.get(from)!.imports.values()].some((imported) => imported.path === path);

  return (node, file) => holds(node, file.fileName, new Set());
}

/**
 * `expect(…)`; `fc.assert(…)` of fast-check, whose properties say by what they give whether they hold; and `….waitFor(…)` of
 * Playwright, which fails where what is waited for does not come.
 */
function isExpect(node: ts.Node): boolean {
  if (!ts.isCallExpression(node)) return false;
  const { expression: called } = node;
  if (ts.isIdentifier(called)) return called.text === "expect";
  if (!ts.isPropertyAccessExpression(called)) return false;
  return called.name.text === "waitFor" || called.getText() === "fc.assert";
}

/** Whether a name is used for what it stands for, and is not that of a member, a declaration or a field. */
function isUse(name: ts.Identifier): boolean {
  const { parent } = name;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === name;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === name;
  if (ts.isVariableDeclaration(parent)) return parent.initializer === name;
  return !ts.isFunctionDeclaration(parent) && !ts.isParameter(parent) && !ts.isMethodDeclaration(parent);
}

function knownOf(file: ts.SourceFile): Known {
  const functions: Known["functions"] = new Map();
  const imports: Known["imports"] = new Map();
  const look = (node: ts.Node) => {
    if (ts.isFunctionDeclaration(node) && node.name) functions.set(node.name.text, node);
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer)
      functions.set(node.name.text, node.initializer);
    if (ts.isImportDeclaration(node)) noteImports(node, file.fileName, imports);
    ts.forEachChild(node, look);
  };
  look(file);
  return { functions, imports };
}

function noteImports(
  { moduleSpecifier, importClause }: ts.ImportDeclaration,
  from: string,
  imports: Known["imports"],
) {
  const named = importClause?.namedBindings;
  if (!named || !ts.isNamedImports(named) || !ts.isStringLiteral(moduleSpecifier)) return;
  const path = join(dirname(from), moduleSpecifier.text);
  for (const { name, propertyName } of named.elements)
    imports.set(name.text, { path, name: (propertyName ?? name).text });
}

/** The methods of all classes, by their names. */
function methodsOf(files: Files): Map<string, { node: ts.Node; path: string }[]> {
  const methods = new Map<string, { node: ts.Node; path: string }[]>();
  for (const [path, file] of files) {
    const look = (node: ts.Node) => {
      if (ts.isMethodDeclaration(node) && ts.isIdentifier(node.name)) {
        const { text } = node.name;
        methods.set(text, [...(methods.get(text) ?? []), { node, path }]);
      }
      ts.forEachChild(node, look);
    };
    look(file);
  }
  return methods;
}
