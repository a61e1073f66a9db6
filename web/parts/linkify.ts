export type Piece = { text: string; href?: string };

const candidate = /(?:https?:\/\/|mailto:)[^\s<>"`{}|\\^]+/gi;
const schemes = ["http:", "https:", "mailto:"];
const brackets = { ")": "(", "]": "[" };

/** Cuts a text into plain pieces and links. Joined together, the pieces are the text; only web and mail become links. */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(candidate)) {
    const link = withoutTail(found);
    const href = hrefOf(link);
    if (!href) continue;
    if (index > end) pieces.push({ text: text.slice(end, index) });
    pieces.push({ text: link, href });
    end = index + link.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/** A full stop, or a bracket that was opened before the link, belongs to the sentence. */
function withoutTail(link: string): string {
  const spare = new Map(
    Object.entries(brackets).map(([close, open]) => [close, count(link, close) - count(link, open)]),
  );
  let end = link.length;
  for (; end > 0; end--) {
    const last = link[end - 1]!;
    const unopened = spare.get(last) ?? 0;
    if (unopened > 0) spare.set(last, unopened - 1);
    else if (!/[.,:;!?'*_~…。，]/.test(last)) break;
  }
  return link.slice(0, end);
}

const count = (text: string, what: string): number => text.split(what).length - 1;

function hrefOf(link: string): string | null {
  if (!URL.canParse(link)) return null;
  const { href, protocol, pathname } = new URL(link);
  const reaches = protocol === "mailto:" ? pathname.includes("@") : true;
  return reaches && schemes.includes(protocol) ? href : null;
}
