import type { Token } from "markdown-it";
import { deepest, linkTo, parser } from "./parser.ts";

/** A part of a message, with what is within it. */
export type Node =
  /** A label is the text of a link, in which nothing else can be clicked. */
  | { kind: "text" | "label" | "code"; text: string }
  | { kind: "strong" | "emphasis" | "strike" | "spoiler" | "paragraph" | "heading" | "quote"; nodes: Node[] }
  /** `target` is the address that it opens and `host` whose it is; null where its text is that address. */
  | ({ kind: "link"; href: string; nodes: Node[] } & ({ target: string; host: string } | { target: null }))
  | { kind: "list"; ordered: boolean; nodes: Node[] }
  /** `value` is its number as it was written. */
  | { kind: "item"; value: number | null; nodes: Node[] }
  | { kind: "fence"; language: string; text: string };

type Container = Extract<Node, { nodes: Node[] }>;

/** More parts than anybody writes: their elements would hold the page up for longer than is noticed. */
const mostParts = 1_500;
/** What makes more elements than others counts for more. */
const weights: Record<string, number> = { fence: 10, link_open: 3 };
const weightOfMention = 2;
const kept = 300;
const parsed = new Map<string, Node[] | null>();

/** The parts of a message in Markdown; null where it is too intricate, and is to be shown as it was written. */
export function parse(text: string): Node[] | null {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const tokens = parser.parse(text, {});
  const isDropped = tokens.some(({ level }) => level >= deepest - 1);
  const nodes = isDropped || countOf(tokens) > mostParts ? null : treeOf(tokens);
  if (parsed.size >= kept) parsed.delete(parsed.keys().next().value!);
  parsed.set(text, nodes);
  return nodes;
}

function countOf(tokens: readonly Token[]): number {
  return tokens.reduce((sum, { type, nesting, content, children }) => {
    const own = nesting === -1 ? 0 : (weights[type] ?? 1);
    const mentions = type === "text" ? content.split("@").length - 1 : 0;
    return sum + own + mentions * weightOfMention + countOf(children ?? []);
  }, 0);
}

const kinds = {
  paragraph_open: "paragraph",
  heading_open: "heading",
  blockquote_open: "quote",
  strong_open: "strong",
  em_open: "emphasis",
  s_open: "strike",
  spoiler_open: "spoiler",
} as const;

function treeOf(tokens: Token[]): Node[] {
  const root: Node[] = [];
  const open: Node[][] = [root];
  const within = () => open.at(-1)!;
  let isLabel = false;
  for (const token of tokens) {
    if (token.tag === "a") isLabel = token.nesting === 1;
    if (token.nesting === 1) {
      const container = containerOf(token);
      within().push(container);
      open.push(container.nodes);
    } else if (token.nesting === -1) open.pop();
    else if (token.type === "inline") within().push(...treeOf(token.children!));
    else if (token.type === "code_inline") within().push({ kind: "code", text: token.content });
    else if (token.type === "fence")
      within().push({ kind: "fence", language: token.info, text: token.content.replace(/\n$/, "") });
    else within().push({ kind: isLabel ? "label" : "text", text: token.content });
  }
  return root;
}

function containerOf(token: Token): Container {
  const nodes: Node[] = [];
  switch (token.type) {
    case "link_open":
      return linkOf(token);
    case "bullet_list_open":
      return { kind: "list", ordered: false, nodes };
    case "ordered_list_open":
      return { kind: "list", ordered: true, nodes };
    case "list_item_open":
      return { kind: "item", value: token.info === "" ? null : Number(token.info), nodes };
    default:
      return { kind: kinds[token.type as keyof typeof kinds], nodes };
  }
}

/** A name that looks like another address deceives nobody where the true one stands beside it. */
function linkOf(token: Token): Container {
  const address = String(token.attrGet("href"));
  if (token.info === "auto") return { kind: "link", href: address, target: null, nodes: [] };
  const { href, label } = linkTo(address)!;
  const { host, pathname } = new URL(href);
  return { kind: "link", href, target: label, host: host || pathname, nodes: [] };
}
