/** More than any preview shows, and little enough that no text is slow. */
const most = 600;

/** Shown in place of what its author hid. */
export const hiddenText = "▒▒▒▒";

const codeSpan = /(`+)(?!`)([\s\S]*?[^`])\1(?!`)/;
/** What has no end may have lost it where the text was cut, so it is hidden too. */
const spoiler = /\|\|(?=[^\s|])[\s\S]*?(?:\S\|\||$)/g;
const fenceLine = /^[\t >]*(?:`{3,}|~{3,})[^\n`]*(?:\n|$)/gm;
const lineStart = /^(?:[\t ]*(?:>|[-*+](?=\s)|#{1,6}(?=\s)))+[\t ]*/gm;
const namedLink = /\[([^\n[\]]+)\]\((?:https?:\/\/|mailto:)[^\s()]*\)/gi;
const pairs = [
  /(?<!\\)(\*\*|~~)(?=\S)([\s\S]*?\S)\1/g,
  /(?<!\\)(\*)(?=[^\s*])([\s\S]*?[^\s*])\1/g,
  /(?<![\p{L}\p{N}_\\])(__?)(?=[^\s_])([\s\S]*?[^\s_])\1(?![\p{L}\p{N}_])/gu,
];

/**
 * A message's Markdown as one line without its signs, for where there is room for a line alone: the list of conversations,
 * quotes and notices. It knows what is common and needs no parser; what spoilers hide stays hidden.
 */
export function plainText(markdown: string): string {
  const start = markdown.slice(0, most).toWellFormed();
  const text = start.replace(spoiler, hiddenText).replace(fenceLine, "").replace(lineStart, "");
  return outsideCode(text).replace(/\s+/g, " ").trim();
}

/** Code stays as it is written. */
function outsideCode(text: string): string {
  const parts = text.split(codeSpan);
  // Of three parts, the first stands outside, the second are the signs and the third is the code.
  return parts.map((part, at) => [withoutPairs(part), "", part][at % 3]).join("");
}

function withoutPairs(text: string): string {
  const named = text.replace(namedLink, "$1");
  return pairs.reduce((rest, pair) => rest.replace(pair, "$2"), named).replace(/\\([*_~`|[\]#>])/g, "$1");
}
