/** A part of a message: its text as it was written, and where it is a link, the address that it opens. */
export interface Piece {
  text: string;
  href?: string;
  /** What is shown in place of the text, where the host was written in another way than it is opened. */
  label?: string;
}

interface Link {
  /** How much of the text it takes. */
  length: number;
  href: string;
  label: string;
}

const scheme = /(?:[Hh][Tt][Tt][Pp][Ss]?:\/\/|[Mm][Aa][Ii][Ll][Tt][Oo]:)/g;

// Unicode's own classes say what belongs to an address beyond ASCII. In a host it is letters, marks and digits that can be
// seen. Elsewhere it is all but spaces, what is invisible or turns the direction (Default_Ignorable_Code_Point has every
// Bidi_Control), punctuation (P) and mathematical signs (Sm), among which are the wide forms of < > | and ~.
const nameRun = /[[\p{L}\p{M}\p{N}._\-]--\p{Default_Ignorable_Code_Point}]+/vy;
const bracketed = /\[[\da-fA-F:.]+\]/y;
const port = /:\d+/y;
// A run stops at the first character that cannot belong to it, and the code checks what follows: so no pattern tries a text
// twice, which a hostile text could make slow.
const mailbox = /[[\p{L}\p{M}\p{N}.!$\&'*+=_~\-]--\p{Default_Ignorable_Code_Point}]+/vy;
/** All up to the path; with an @ in it, it begins with the name of a user. */
const authorityRun =
  /[^\s<>"`\{\}\|\\^\/?#\p{C}\p{Default_Ignorable_Code_Point}[[\p{P}\p{Sm}]--\p{ASCII}]]+/vy;

const plain = /[^\s<>"`\{\}\|\\^\p{C}\p{Default_Ignorable_Code_Point}[[\p{P}\p{Sm}]--\p{ASCII}]]+/vy;
/** What joins letters or emoji, as in Persian. */
const joiner = /(?<=\P{ASCII})\p{Join_Control}(?=[[\p{L}\p{M}\p{Extended_Pictographic}]--\p{ASCII}])/vy;
const variation = /(?<=\P{ASCII})\p{Variation_Selector}/vy;
/** What stands within words of one script, as the middle dots in col·legi and レオナルド・ダ・ヴィンチ. */
const inWord =
  /(?:(?<=[A-Za-z])(?=.[A-Za-z])|(?<=[[\p{L}\p{M}\p{N}]--\p{ASCII}])(?=.[\p{L}--\p{ASCII}]))[[\p{P}&&\p{ID_Continue}]--\p{ASCII}]/vy;

const foreignToLatin = /[[\p{L}\p{N}]--\p{Script=Latin}--\p{ASCII}]/v;
/** Behind what seemed to be a host: it is the scheme of another address, or a part of another host. */
const noHost = /:\/\/|%/y;
// Behind a host without a path: characters after which the host could seem to go on.
const separators = /[._-]+/y;
const invisible = /[\p{C}\p{Default_Ignorable_Code_Point}]+/vy;
const latin = /[\p{Script=Latin}\p{N}]/vy;
const dotted = /\P{ASCII}(?=[\p{Script=Latin}\p{N}])/vy;

/**
 * Cuts a text into plain pieces and links to the web and to mail. Joined together, the texts of the pieces are the text.
 * The host that a link shows is the host that it opens; where that cannot be, there is no link.
 */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(scheme)) {
    if (index < end) continue;
    const link = found.endsWith("/") ? webLink(text, index, found) : mailLink(text, index, found);
    if (!link) continue;
    if (index > end) pieces.push({ text: text.slice(end, index) });
    end = index + link.length;
    const written = text.slice(index, end);
    const { href, label } = link;
    pieces.push(label === written ? { text: written, href } : { text: written, href, label });
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/** Who reads `https://bank@elsewhere` may take the name of a user for a host, so such an address is no link. */
function webLink(text: string, index: number, found: string): Link | null {
  const start = index + found.length;
  if (at(authorityRun, text, start).includes("@")) return null;
  const host = at(bracketed, text, start) || hostAt(text, start);
  if (!host || at(noHost, text, start + host.length)) return null;
  const authority = host + at(port, text, start + host.length);
  const tail = withoutTail(restAt(text, start + authority.length));
  if (!tail && seemsToGoOn(text, start + authority.length)) return null;
  return linkTo(found, authority, tail);
}

function mailLink(text: string, index: number, found: string): Link | null {
  const start = index + found.length;
  const name = at(mailbox, text, start);
  const box = name && text[start + name.length] === "@" ? `${name}@` : "";
  const host = box && hostAt(text, start + box.length);
  const end = start + box.length + host.length;
  if (!host || text[end] === "@" || at(noHost, text, end) || seemsToGoOn(text, end)) return null;
  const tail = text[end] === "?" ? withoutTail(restAt(text, end)) : "";
  return linkTo(found + box, host, tail);
}

function linkTo(before: string, authority: string, tail: string): Link | null {
  const web = before.endsWith("/") ? before : "https://";
  if (!URL.canParse(web + authority)) return null;
  const { host, protocol } = new URL(web + authority);
  const usual = protocol === "https:" ? ":443" : ":80";
  const written = authority.toLowerCase();
  const shown = written === host || written === host + usual ? authority : host;
  const { href } = new URL(before + (web === before ? authority : host) + tail);
  return { length: (before + authority + tail).length, href, label: before + shown + tail };
}

/** What a sticky pattern finds right here; empty when it finds nothing. */
function at(pattern: RegExp, text: string, index: number): string {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0] ?? "";
}

/** Path, query and fragment, up to what cannot belong to them; empty where none of them begins right here. */
function restAt(text: string, index: number): string {
  if (!/^[/?#]/.test(text.slice(index, index + 1))) return "";
  let end = index + 1;
  for (;;) {
    const more = [plain, joiner, variation, inWord].find((pattern) => at(pattern, text, end));
    if (!more) return text.slice(index, end);
    end = more.lastIndex;
  }
}

/** No last label begins in Latin and goes on in another script: there the sentence goes on that was written without spaces. */
function hostAt(text: string, index: number): string {
  const run = at(nameRun, text, index);
  let end = run.length;
  // A pattern that looks for the last signs would look from each of thousands of dots.
  while (end > 0 && "._-".includes(run[end - 1]!)) end--;
  const host = run.slice(0, end);
  const label = host.lastIndexOf(".") + 1;
  const last = host.slice(label);
  const foreign = /^[A-Za-z\d]/.test(last) ? foreignToLatin.exec(last)?.index : undefined;
  return foreign === undefined ? host : host.slice(0, label + foreign);
}

function seemsToGoOn(text: string, index: number): boolean {
  const behind = index + at(separators, text, index).length;
  const hidden = at(invisible, text, behind);
  const goesOn = behind + hidden.length;
  if (hidden && at(latin, text, goesOn + at(separators, text, goesOn).length)) return true;
  return at(dotted, text, index).normalize("NFKC") === ".";
}

const brackets = { ")": "(", "]": "[" };

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
    else if (!/[.,:;!?'*_~([]/.test(last)) break;
  }
  return link.slice(0, end);
}

const count = (text: string, what: string): number => text.split(what).length - 1;
