import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";

/** Longer code stays in one colour: its elements would hold the page up. */
const longest = 3_000;
const grammars = {
  bash,
  c,
  cpp,
  css,
  diff,
  go,
  java,
  json,
  python,
  ruby,
  rust,
  sql,
  typescript,
  xml,
  yaml,
};
const highlighter = createLowlight(grammars);
// TypeScript's grammar knows all of JavaScript.
highlighter.registerAlias("typescript", ["javascript", "js", "jsx", "mjs"]);

/** A part of code, and what it is in its language; null for what has no colour of its own. */
export interface CodePart {
  text: string;
  kind: CodeKind | null;
}
export type CodeKind = "comment" | "keyword" | "name" | "string" | "number" | "added" | "removed";

/** The names that highlight.js gives (https://highlightjs.readthedocs.io/en/stable/css-classes-reference.html), in few colours. */
const kinds: Record<string, CodeKind> = {
  comment: "comment",
  quote: "comment",
  meta: "comment",
  keyword: "keyword",
  literal: "keyword",
  tag: "keyword",
  "selector-tag": "keyword",
  title: "name",
  name: "name",
  section: "name",
  attr: "name",
  attribute: "name",
  property: "name",
  built_in: "name",
  type: "name",
  string: "string",
  regexp: "string",
  symbol: "string",
  number: "number",
  variable: "number",
  addition: "added",
  deletion: "removed",
};

/** Code in its parts; null where its language, the first word of `info`, is not known, or where it is too long. */
export function highlight(code: string, info: string): CodePart[] | null {
  const name = info.split(/\s/, 1)[0]!.toLowerCase();
  if (code.length > longest || !highlighter.registered(name)) return null;
  return partsOf(highlighter.highlight(name, code, { prefix: "" }), null);
}

type Tree = ReturnType<typeof highlighter.highlight>;
type Leaf = Tree["children"][number];

function partsOf(tree: Tree | Extract<Leaf, { type: "element" }>, kind: CodeKind | null): CodePart[] {
  return tree.children.flatMap((child) => {
    if (child.type === "text") return [{ text: child.value, kind }];
    if (child.type !== "element") return [];
    const [name] = child.properties.className as string[];
    return partsOf(child, kinds[name!] ?? kind);
  });
}
