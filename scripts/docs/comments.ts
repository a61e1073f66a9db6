import ts from "typescript";

/** What the comments of one source say of its constants, types and fields, by their path: `commands/message.send/clientId`. */
export class Comments {
  #said = new Map<string, string>();
  /** The constant that a field names as its value, by the field's path. */
  #constants = new Map<string, string>();

  constructor(source: ts.SourceFile) {
    ts.forEachChild(source, (node) => this.#visit(node, []));
  }

  /** The comment at a path, or else the one of the constant that stands there; null without any. */
  at(...path: string[]): string | null {
    const place = path.join("/");
    return this.#said.get(place) ?? this.#said.get(this.#constants.get(place) ?? "") ?? null;
  }

  /** The name of the constant that a field at this path names as its value; null where it names none. */
  constantAt(...path: string[]): string | null {
    return this.#constants.get(path.join("/")) ?? null;
  }

  #visit(node: ts.Node, above: string[]): void {
    const name = nameOf(node);
    const path = name === null ? above : [...above, name];
    if (name !== null) this.#note(node, path.join("/"), name);
    ts.forEachChild(node, (child) => this.#visit(child, path));
  }

  #note(node: ts.Node, place: string, name: string): void {
    const [comment] = ts.getJSDocCommentsAndTags(node);
    const text = comment && ts.getTextOfJSDocComment(comment.comment);
    if (text) this.#said.set(place, text.replace(/\s+/g, " ").trim());
    if (ts.isShorthandPropertyAssignment(node)) this.#constants.set(place, name);
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.initializer))
      this.#constants.set(place, node.initializer.text);
  }
}

/** The name of what can have a comment of its own; null for everything else. */
function nameOf(node: ts.Node): string | null {
  const isNamed =
    ts.isVariableDeclaration(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isShorthandPropertyAssignment(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isPropertySignature(node);
  if (!isNamed) return null;
  const { name } = node;
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : null;
}
