import ts from "typescript";
import type * as v from "valibot";
import { rights } from "../../server/protocol/roles.ts";
import { type Route, routes } from "../../server/protocol/routes.ts";
import type { Sources } from "./sources.ts";
import { table } from "./table.ts";
import { linkTo, type Types } from "./types.ts";

/** The schemas of what routes take, by the names of their constants. */
export type Taken = Map<string, v.GenericSchema>;

/** The table of routes, and the schemas that it names; `types` notes the answers. */
export function routesTable(sources: Sources, types: Types): { text: string; taken: Taken } {
  const comments = sources.commentsBy("routes");
  const taken: Taken = new Map();
  const rows = Object.entries<Route>(routes).map(([name, route]) => {
    const parts = (["body", "query"] as const).flatMap((part) => {
      const schema = route[part];
      if (!schema) return [];
      const constant = comments.constantAt("routes", name, part);
      if (constant === null) throw new Error(`The ${part} of "${name}" has to be a constant with a name.`);
      taken.set(constant, schema);
      return [`${part === "query" ? "query " : ""}${linkTo(constant)}`];
    });
    return [
      `\`${name}\`${route.fresh ? " (fresh)" : ""}`,
      Object.hasOwn(rights, route.access) ? `\`${route.access}\`` : route.access,
      parts.join(", ") || "–",
      answerOf(name, route, sources, types),
      comments.at("routes", name) ?? "",
    ];
  });
  return {
    text: table(["route", "who", "takes", "answers", "what it does, where that is not plain"], rows),
    taken,
  };
}

function answerOf(name: string, { answer }: Route, sources: Sources, types: Types): string {
  if (answer === undefined) return "204";
  if (answer === "file") return "200, a file";
  if (answer === "other") return "";
  return `${answer.status}, ${types.inWords(answeredType(name, sources))}`;
}

/** The type that stands between the brackets of `ok<…>()` or `created<…>()` in the row of a route. */
function answeredType(name: string, sources: Sources): ts.TypeNode {
  let found: ts.TypeNode | undefined;
  const visit = (node: ts.Node, isIn: boolean): void => {
    const isRow = ts.isPropertyAssignment(node) && ts.isStringLiteral(node.name) && node.name.text === name;
    if (isIn && ts.isCallExpression(node)) found ??= node.typeArguments?.[0];
    ts.forEachChild(node, (child) => visit(child, isIn || isRow));
  };
  visit(sources.constants.get("routes")!, false);
  if (!found) throw new Error(`The answer of "${name}" has no type.`);
  return found;
}
