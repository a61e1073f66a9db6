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
  fieldsOf(name: string): [field: string, value: string, meaning: string][] {
    const { members } = this.#sources.interfaces.get(name)!;
    return members.filter(ts.isPropertySignature).map((member) => {
      const field = member.name.getText();
      const optional = member.questionToken ? ", optional" : "";
      const meaning = this.#sources.commentsBy(name).at(name, field) ?? "";
      return [`\`${field}\`${optional}`, this.inWords(member.type!), meaning];
    });
  }

  /** What an interface has besides its own fields, as a sentence; null where that is nothing. */
  extended(name: string): string | null {
    const [clause] = this.#sources.interfaces.get(name)!.heritageClauses ?? [];
    return clause
      ? `It has all fields of ${clause.types.map((type) => this.#named(type.getText())).join(", ")}, and these.`
      : null;
  }

  /** A type in words. */
  inWords(type: ts.TypeNode): string {
    if (ts.isUnionTypeNode(type)) return type.types.map((one) => this.inWords(one)).join(" or ");
    if (ts.isArrayTypeNode(type)) return `list of: ${this.inWords(type.elementType)}`;
    if (ts.isTypeOperatorNode(type)) return this.inWords(type.type);
    if (ts.isLiteralTypeNode(type)) return `\`${type.getText()}\``;
    if (ts.isTypeReferenceNode(type)) return this.#reference(type);
    if (!ts.isTypeLiteralNode(type)) return type.getText();
    const fields = type.members
      .filter(ts.isPropertySignature)
      .map((member) => `\`${member.name.getText()}\`: ${this.inWords(member.type!)}`);
    return `{${fields.join("; ")}}`;
  }

  #reference(type: ts.TypeReferenceNode): string {
    const name = type.typeName.getText();
    const [of, keys] = type.typeArguments ?? [];
    if (name === "Pick")
      return `${keys!.getText().replaceAll('"', "`").replaceAll(" |", ",")} of ${this.inWords(of!)}`;
    if (name === "Record") return "object";
    return this.#named(name);
  }

  #named(name: string): string {
    if (this.#sources.interfaces.has(name)) {
      this.named.add(name);
      return linkTo(name);
    }
    const alias = this.#sources.aliases.get(name);
    if (!alias) throw new Error(`The type "${name}" is nowhere in server/protocol.`);
    // type Role = (typeof roles)[number]; what has very many words has a list of its own.
    if (ts.isIndexedAccessTypeNode(alias))
      return name === "AuditEvent" ? linkTo(name) : this.#literals(constantIn(alias.objectType));
    // type Message = v.InferOutput<typeof message>
    const [inferred] =
      (ts.isTypeReferenceNode(alias) &&
        alias.typeName.getText() === "v.InferOutput" &&
        alias.typeArguments) ||
      [];
    return inferred ? linkTo(constantIn(inferred)) : this.inWords(alias);
  }

  #literals(constant: string): string {
    const list = this.#sources.constants.get(constant);
    if (!list || !ts.isAsExpression(list) || !ts.isArrayLiteralExpression(list.expression))
      throw new Error(`"${constant}" is no list of words.`);
    return list.expression.elements.map((word) => `\`${word.getText()}\``).join(", ");
  }
}

/** A link to a heading, which is the name itself where no other is given. */
export const linkTo = (name: string, heading = name): string => `[${name}](#${heading.toLowerCase()})`;

/** The constant that a type is made of: of `typeof roles`, with or without parentheses, that is `roles`. */
const constantIn = (type: ts.TypeNode): string =>
  type
    .getText()
    .replace(/^\(|\)$/g, "")
    .replace(/^typeof /, "");
