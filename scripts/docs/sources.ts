import { join } from "node:path";
import { Glob } from "bun";
import ts from "typescript";
import { projectRoot } from "../../server/config/environment.ts";

/** The sources of the protocol as they are written: their comments, types and constants. */
export class Sources {
  readonly interfaces = new Map<string, ts.InterfaceDeclaration>();
  readonly aliases = new Map<string, ts.TypeNode>();
  readonly constants = new Map<string, ts.Expression>();
  /** The file that exports a name. */
  readonly #files = new Map<string, string>();
  /** Comments by file and path: `commands.ts/commands/message.send/clientId`. */
  readonly #comments = new Map<string, string>();
  /** By the same path, the constant that a field has as its value. */
  readonly #references = new Map<string, string>();

  /** Reads all of `server/protocol`. */
  static async read(): Promise<Sources> {
    const sources = new Sources();
    const folder = join(projectRoot, "server/protocol");
    for (const name of [...new Glob("*.ts").scanSync(folder)].sort()) {
      const text = await Bun.file(join(folder, name)).text();
      sources.#read(ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true), [name]);
    }
    return sources;
  }

  /** The comment at a path that begins with an exported name, or of the constant that stands there; empty without any. */
  comment(...path: string[]): string {
    const file = this.#files.get(path[0]!);
    if (file === undefined) throw new Error(`Nothing in server/protocol exports "${path[0]}".`);
    const place = [file, ...path].join("/");
    return this.#comments.get(place) ?? this.#comments.get(`${file}/${this.#references.get(place)}`) ?? "";
  }

  /** The same for what has to have one. */
  needed(...path: string[]): string {
    const found = this.comment(...path);
    if (found === "") throw new Error(`"${path.join("/")}" has no comment in server/protocol.`);
    return found;
  }

  /** The name of the constant that stands at a path as its value. */
  constantAt(...path: string[]): string | undefined {
    return this.#references.get([this.#files.get(path[0]!), ...path].join("/"));
  }

  #read(node: ts.Node, above: string[]): void {
    const name = nameOf(node);
    const path = name === null ? above : [...above, name];
    if (name !== null) this.#note(node, name, path);
    ts.forEachChild(node, (child) => this.#read(child, path));
  }

  #note(node: ts.Node, name: string, path: string[]): void {
    const place = path.join("/");
    const [comment] = ts.getJSDocCommentsAndTags(node);
    const text = comment && ts.getTextOfJSDocComment(comment.comment);
    if (text) this.#comments.set(place, text.replace(/\s+/g, " ").trim());
    if (ts.isShorthandPropertyAssignment(node)) this.#references.set(place, name);
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.initializer))
      this.#references.set(place, node.initializer.text);
    const isExported = ts.isVariableDeclaration(node)
      ? node.parent.parent.getText().startsWith("export ")
      : node.getText().startsWith("export ");
    if (!isExported || path.length > 2) return;
    this.#files.set(name, path[0]!);
    if (ts.isInterfaceDeclaration(node)) this.interfaces.set(name, node);
    if (ts.isTypeAliasDeclaration(node)) this.aliases.set(name, node.type);
    if (ts.isVariableDeclaration(node) && node.initializer) this.constants.set(name, node.initializer);
  }
}

/** The name of what can have a comment of its own; null for everything else. */
function nameOf(node: ts.Node): string | null {
  const isNamed =
    ts.isVariableDeclaration(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isShorthandPropertyAssignment(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isPropertySignature(node);
  if (!isNamed) return null;
  const { name } = node;
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : null;
}
