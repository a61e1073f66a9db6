import { join } from "node:path";
import { Glob } from "bun";
import ts from "typescript";
import { projectRoot } from "../../server/config/environment.ts";
import { Comments } from "./comments.ts";

/** The sources of the protocol, as they are written. */
export class Sources {
  #comments = new Map<string, Comments>();
  readonly interfaces = new Map<string, ts.InterfaceDeclaration>();
  readonly aliases = new Map<string, ts.TypeNode>();
  readonly constants = new Map<string, ts.Expression>();

  /** Reads all of `server/protocol`. */
  static async read(): Promise<Sources> {
    const sources = new Sources();
    const folder = join(projectRoot, "server/protocol");
    for (const name of [...new Glob("*.ts").scanSync(folder)].sort()) {
      const text = await Bun.file(join(folder, name)).text();
      sources.#add(ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true));
    }
    return sources;
  }

  /** The comments of the source that exports this name. */
  commentsBy(name: string): Comments {
    const found = this.#comments.get(name);
    if (!found) throw new Error(`Nothing in server/protocol exports "${name}".`);
    return found;
  }

  /** The comment at a path that begins with an exported name. Throws where there is none. */
  comment(...path: [string, ...string[]]): string {
    const found = this.commentsBy(path[0]).at(...path);
    if (found === null) throw new Error(`"${path.join("/")}" has no comment in server/protocol.`);
    return found;
  }

  #add(source: ts.SourceFile): void {
    const comments = new Comments(source);
    for (const statement of source.statements) {
      if (!ts.canHaveModifiers(statement)) continue;
      const isExported = ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
      if (!isExported) continue;
      if (ts.isInterfaceDeclaration(statement)) this.interfaces.set(statement.name.text, statement);
      if (ts.isTypeAliasDeclaration(statement)) this.aliases.set(statement.name.text, statement.type);
      for (const name of namesIn(statement)) this.#comments.set(name, comments);
      if (!ts.isVariableStatement(statement)) continue;
      for (const { name, initializer } of statement.declarationList.declarations)
        if (initializer) this.constants.set(name.getText(), initializer);
    }
  }
}

function namesIn(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  if (ts.isInterfaceDeclaration(statement)) return [statement.name.text];
  return [];
}
