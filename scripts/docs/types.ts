import ts from "typescript";
import type { Sources } from "./sources.ts";

/** Tells the types of answers in words. Notes the interfaces that it names, so that each gets a table of its own. */
export class Types {
  /** The names of the interfaces that were told of, in that order. */
  readonly named = new Set<string>();
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The fields of an interface, as rows of a table; what it extends is told by `extended`. */
  fieldsOf(name: string): string[][] {
    const { members } = this.#sources.interfaces.get(name)!;
    return members.filter(ts.isPropertySignature).map((member) => {
      const field = member.name.getText();
      const optional = member.questionToken ? ", optional" : "";
      return [`\`${field}\`${optional}`, this.inWords(member.type!), this.#sources.comment(name, field)];
    });
  }

  /** What an interface has besides its own fields, as a sentence; null where that is nothing. */
  extended(name: string): string | null {
    const [clause] = this.#sources.interfaces.get(name)!.heritageClauses ?? [];
    const from = clause?.types.map((type) => this.#reference(type.getText())).join(", ");
    return from ? `It has all fields of ${from}, and these.` : null;
  }

  /** The type between the brackets of `ok<…>()` or `created<…>()` in the row of a route, in words. */
  answerOf(route: string): string {
    const rows = this.#sources.constants.get("routes")!;
    const find = (node: ts.Node, isIn: boolean): ts.TypeNode | undefined => {
      const isRow =
        ts.isPropertyAssignment(node) && ts.isStringLiteral(node.name) && node.name.text === route;
      const here = isIn && ts.isCallExpression(node) ? node.typeArguments?.[0] : undefined;
      return here ?? ts.forEachChild(node, (child) => find(child, isIn || isRow));
    };
    return this.inWords(find(rows, false)!);
  }

  /** A type in words. */
  inWords(type: ts.TypeNode): string {
    if (ts.isUnionTypeNode(type)) return type.types.map((one) => this.inWords(one)).join(" or ");
    if (ts.isArrayTypeNode(type)) return `list of: ${this.inWords(type.elementType)}`;
    if (ts.isTypeOperatorNode(type)) return this.inWords(type.type);
    if (ts.isLiteralTypeNode(type)) return `\`${type.getText()}\``;
    if (ts.isTypeLiteralNode(type)) {
      const fields = type.members.filter(ts.isPropertySignature);
      return `{${fields.map(({ name, type }) => `\`${name.getText()}\`: ${this.inWords(type!)}`).join("; ")}}`;
    }
    if (!ts.isTypeReferenceNode(type)) return type.getText();
    const [of, keys] = type.typeArguments ?? [];
    const name = type.typeName.getText();
    if (name === "Record") return "object";
    if (name !== "Pick") return this.#reference(name);
    return `${keys!.getText().replaceAll('"', "`").replaceAll(" |", ",")} of ${this.inWords(of!)}`;
  }

  #reference(name: string): string {
    if (this.#sources.interfaces.has(name)) this.named.add(name);
    // It has very many words, and a list of its own.
    if (this.named.has(name) || name === "AuditEvent") return linkTo(name);
    const alias = this.#sources.aliases.get(name);
    if (!alias) throw new Error(`The type "${name}" is nowhere in server/protocol.`);
    // type Role = (typeof roles)[number], type Message = v.InferOutput<typeof message>
    const [, list, schema] =
      /^\(typeof (\w+)\)\[number\]$|^v\.InferOutput<typeof (\w+)>$/.exec(alias.getText()) ?? [];
    if (schema) return linkTo(schema);
    if (!list) return this.inWords(alias);
    const words = this.#sources.constants
      .get(list)!
      .getText()
      .match(/"[^"]+"/g)!;
    return words.map((word) => `\`${word}\``).join(", ");
  }
}

/** A link to a heading, which is the name itself where no other is given. */
export const linkTo = (name: string, heading = name): string => `[${name}](#${heading.toLowerCase()})`;
