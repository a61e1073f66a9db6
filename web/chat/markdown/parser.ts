import MarkdownIt, { type StateBlock, type StateInline } from "markdown-it";
import { codeBefore, endsCode } from "../fences.ts";
import { linkify } from "../linkify.ts";

/** Blocks lie in blocks this deep, two for each list; below that the parser drops what it finds. */
export const deepest = 20;

/**
 * Markdown as chats have it. Against CommonMark: line breaks and empty lines stay, a quote and an item of a list end with their
 * line, a backslash escapes only signs that mean something here, `||` hides, and there is no HTML, picture, table, reference,
 * rule or indented code.
 */
export const parser = new MarkdownIt("default", { linkify: false, breaks: true, maxNesting: deepest });
parser.disable(["autolink", "code", "entity", "hr", "html_block", "html_inline", "image", "lheading"]);
parser.disable(["reference", "table"]);
parser.block.ruler.at("fence", fence, { alt: ["paragraph", "blockquote", "list"] });
parser.block.ruler.at("paragraph", paragraph);
parser.block.ruler.before("blockquote", "quote_end", quoteEnd, { alt: ["blockquote"] });
parser.inline.ruler.at("text", text);
parser.inline.ruler.at("newline", newline);
parser.inline.ruler.at("escape", escaped);
parser.inline.ruler.before("emphasis", "spoiler", spoiler);
parser.inline.ruler.before("emphasis", "bare_link", bareLink);
parser.inline.ruler.before("link", "empty_link", emptyLink);
// Links are made, or refused, as those without a name are.
parser.normalizeLink = (address) => address;
parser.validateLink = (address) => linkTo(address) !== null;

/** What an address opens and shows; null where it may not be opened. */
export function linkTo(address: string): { href: string; label: string } | null {
  const [link, ...more] = linkify(address);
  return link?.href && more.length === 0 ? { href: link.href, label: link.label ?? link.text } : null;
}

const lineAt = (state: StateBlock, line: number): string =>
  state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]);

const isDeepInside = (state: StateBlock, line: number): boolean => state.sCount[line]! - state.blkIndent > 3;
const isOutside = (state: StateBlock, line: number): boolean => state.sCount[line]! < state.blkIndent;

/** Code between two fences. The second may stand behind the last line of the code, as people write it. */
function fence(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  const open = /^(`{3,}|~{3,})([^`]*)$/.exec(lineAt(state, start));
  if (!open || isDeepInside(state, start) || start + 1 >= end) return false;
  if (silent) return true;
  const isWithin = (line: number) => line < end && (state.isEmpty(line) || !isOutside(state, line));
  let line = start + 1;
  while (isWithin(line) && !endsCode(lineAt(state, line), open[1]!)) line++;
  const isClosed = isWithin(line);
  const indent = state.sCount[start]!;
  const last = isClosed ? codeBefore(state.getLines(line, line + 1, indent, false), open[1]!)! : "";
  const token = state.push("fence", "code", 0);
  token.info = open[2]!.trim();
  token.content = state.getLines(start + 1, line, indent, true) + (last.trim() ? last : "");
  state.line = isClosed ? line + 1 : line;
  return true;
}

/** Lines up to the next block, with the empty ones among them: so a text without signs stays as it is written. */
function paragraph(state: StateBlock, start: number, end: number): boolean {
  const rules = state.md.block.ruler.getRules("paragraph");
  const before = state.parentType;
  state.parentType = "paragraph";
  const ends = (line: number) =>
    isOutside(state, line) ||
    (!isDeepInside(state, line) && rules.some((rule) => rule(state, line, end, true)));
  let line = start + 1;
  let next = line;
  for (; next < end; next++) {
    if (state.isEmpty(next)) continue;
    if (ends(next)) break;
    line = next + 1;
  }
  const content = state.getLines(start, line, state.blkIndent, false);
  state.parentType = before;
  state.line = line;
  state.push("paragraph_open", "p", 1);
  const inline = state.push("inline", "", 0);
  inline.content = content;
  inline.children = [];
  inline.map = [start, line];
  state.push("paragraph_close", "p", -1);
  return true;
}

/** Ends a quote at the first line without its sign, where CommonMark would go on. */
function quoteEnd(_state: StateBlock, _start: number, _end: number, silent: boolean): boolean {
  return silent;
}

const plain = /[^\n\\`*_~[\]|:]+/y;

function text(state: StateInline, silent: boolean): boolean {
  plain.lastIndex = state.pos;
  const found = plain.exec(state.src)?.[0].slice(0, state.posMax - state.pos);
  if (!found) return false;
  if (!silent) state.pending += found;
  state.pos += found.length;
  return true;
}

/** Keeps the white space around a line break. */
function newline(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== "\n") return false;
  if (!silent) state.pending += "\n";
  state.pos++;
  return true;
}

/** Paths of Windows keep their backslashes, and ¯\_(ツ)_/¯ its arm. */
function escaped(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  if (src[pos] !== "\\" || pos + 1 >= state.posMax || !/[*_~`|[\]#>]/.test(src[pos + 1]!)) return false;
  if (!silent) state.pending += src.slice(src[pos - 1] === "¯" ? pos : pos + 1, pos + 2);
  state.pos += 2;
  return true;
}

/** Of these texts it is known that no spoiler ends in them any more. */
const withoutEnd = new WeakSet<StateInline>();

/** `||hidden||`: no space within the signs, so that `a || b` stays what it is. */
function spoiler(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  if (state.linkLevel > 0) return false;
  if (!src.startsWith("||", pos) || !/[^\s|]/.test(src[pos + 2] ?? " ") || withoutEnd.has(state))
    return false;
  let close = src.indexOf("||", pos + 3);
  while (close >= 0 && close + 2 <= posMax && /\s/.test(src[close - 1]!))
    close = src.indexOf("||", close + 1);
  if (close < 0 || close + 2 > posMax) {
    if (posMax === src.length) withoutEnd.add(state);
    return false;
  }
  if (!silent) {
    state.push("spoiler_open", "", 1);
    state.pos = pos + 2;
    state.posMax = close;
    state.md.inline.tokenize(state);
    state.posMax = posMax;
    state.push("spoiler_close", "", -1);
  }
  state.pos = close + 2;
  return true;
}

/** The links of a text by where their scheme ends. */
const linksOf = new WeakMap<
  StateInline,
  Map<number, { start: number; end: number; href: string; label: string }>
>();

/** An address in a text, whatever signs are in it. The rule comes to it behind its scheme. */
function bareLink(state: StateInline, silent: boolean): boolean {
  if (silent || state.linkLevel > 0 || state.src[state.pos] !== ":") return false;
  if (!linksOf.has(state)) linksOf.set(state, bareLinks(state.src));
  const link = linksOf.get(state)!.get(state.pos);
  const scheme = link && state.src.slice(link.start, state.pos);
  if (!link || link.end > state.posMax || !state.pending.endsWith(scheme!)) return false;
  state.pending = state.pending.slice(0, -scheme!.length);
  const open = state.push("link_open", "a", 1);
  open.attrs = [["href", link.href]];
  open.info = "auto";
  state.push("text", "", 0).content = link.label;
  state.push("link_close", "a", -1);
  state.pos = link.end;
  return true;
}

function bareLinks(src: string) {
  const found = new Map<number, { start: number; end: number; href: string; label: string }>();
  let start = 0;
  for (const { text, href, label = text } of linkify(src)) {
    const end = start + text.length;
    if (href) found.set(src.indexOf(":", start), { start, end, href, label });
    start = end;
  }
  return found;
}

const nowhere = /\([ \t\n]*(?:<>[ \t\n]*)?(?:"[^"]*"[ \t\n]*|'[^']*'[ \t\n]*)?\)/y;

/** A link without an address, which the parser's own rule would make without asking whether it is one, is text. */
function emptyLink(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== "[") return false;
  const end = state.md.helpers.parseLinkLabel(state, state.pos, true);
  nowhere.lastIndex = end + 1;
  if (end < 0 || !nowhere.test(state.src)) return false;
  if (!silent) state.pending += "[";
  state.pos++;
  return true;
}
