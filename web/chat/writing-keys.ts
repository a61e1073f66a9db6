import { endsCode, withoutRun } from "./fences.ts";
import { linkify } from "./linkify.ts";

/** A text that is being written, and what of it is selected. */
export interface Draft {
  text: string;
  start: number;
  end: number;
}

/** Puts `insert` in the place of a part of the text; `start` and `end` are selected afterwards. */
export interface Edit extends Pick<Draft, "start" | "end"> {
  from: number;
  to: number;
  insert: string;
}

export interface Press {
  key: string;
  shift: boolean;
  /** Ctrl, or Cmd on a Mac. */
  command: boolean;
}

/** The sign that a key with Ctrl or Cmd puts around what is selected. */
const signs: Record<string, string> = { b: "**", i: "*", e: "`" };

/**
 * What a key does to what is being written: an edit, sending it, or null for what the browser does by itself. `touch` says
 * whether one writes by touch, where Enter breaks the line.
 */
export function pressed({ key, shift, command }: Press, draft: Draft, touch: boolean): Edit | "send" | null {
  if (key === "Enter") {
    if (command) return "send";
    const breaks = touch || shift || isInFence(draft.text, draft.start);
    return breaks ? brokenLine(draft) : "send";
  }
  const sign = command ? (shift ? key.toLowerCase() === "x" && "~~" : signs[key.toLowerCase()]) : null;
  return sign ? wrapped(draft, sign) : null;
}

/** Signs of quotes; then a list's, the number of an ordered one among them. */
const lineStart = /^((?:[\t ]*>[\t ]?)*)([\t ]*)(?:([-*+]|(\d{1,9})([.)]))([\t ]+))?/;

/** The next line goes on with the quote, the list or the indentation of this one; an item or a quote without text ends instead. */
function brokenLine({ text, start, end }: Draft): Edit | null {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const inFence = isInFence(text, start);
  const [all, quotes, indent, marker, number, dot, space] = lineStart.exec(text.slice(from, start))!;
  if (inFence) return inPlace(start, end, `\n${/^[\t ]*/.exec(all)![0]}`);
  if (marker === undefined && quotes === "") return null;
  const next = text.indexOf("\n", end);
  const isEmpty = from + all.length === start && text.slice(start, next < 0 ? undefined : next).trim() === "";
  if (isEmpty) return inPlace(from, start, marker === undefined ? "" : quotes!);
  const sign = number === undefined ? marker : `${Number(number) + 1}${dot}`;
  return inPlace(start, end, `\n${quotes}${marker === undefined ? "" : indent! + sign + space}`);
}

/** Whether a place lies between a fence of code and the one that ends it, or the end of the text. */
export function isInFence(text: string, at: number): boolean {
  let open: string | null = null;
  for (const line of text.slice(0, at).split("\n")) {
    if (open === null) open = /^[\t >]*(`{3,}|~{3,})[^`]*$/.exec(line)?.[1] ?? null;
    else if (endsCode(line, open)) open = null;
  }
  return open !== null;
}

/** Puts a sign around what is selected, or takes it away; code of several lines gets fences. */
function wrapped({ text, start, end }: Draft, sign: string): Edit {
  const selected = text.slice(start, end);
  if (sign === "`" && selected.includes("\n")) return fenced(text, start, end);
  const from = start + (selected.length - selected.trimStart().length);
  const to = Math.max(from, end - (selected.length - selected.trimEnd().length));
  const inner = text.slice(from, to);
  const { length } = sign;
  if (isAround(text.slice(0, from), text.slice(to), sign))
    return { from: from - length, to: to + length, insert: inner, start: from - length, end: to - length };
  return { from, to, insert: sign + inner + sign, start: from + length, end: to + length };
}

/** Two stars are bold and none of them italic, but three are both. */
function isAround(before: string, after: string, sign: string): boolean {
  const ahead = before.length - withoutRun(before, sign[0]!).length;
  const behind = [...after].findIndex((each) => each !== sign[0]);
  const count = Math.min(ahead, behind < 0 ? after.length : behind);
  return sign === "*" ? count === 1 || count === 3 : count >= sign.length;
}

function fenced(text: string, start: number, end: number): Edit {
  const before = start > 0 && text[start - 1] !== "\n" ? "\n```\n" : "```\n";
  const after = text[end] !== undefined && text[end] !== "\n" ? "\n```\n" : "\n```";
  const from = start + before.length;
  return {
    from: start,
    to: end,
    insert: before + text.slice(start, end) + after,
    start: from,
    end: from + end - start,
  };
}

/** An address that is pasted over a word makes a link of it; null for all other pastes. */
export function pastedOver({ text, start, end }: Draft, pasted: string): Edit | null {
  const name = text.slice(start, end);
  const [link, ...more] = linkify(pasted.trim());
  if (!link?.href || more.length > 0 || name.trim() === "" || /[\n[\]]/.test(name)) return null;
  if (linkify(name).some(({ href }) => href)) return null;
  const address = link.text.replace(/[()]/g, (bracket) => (bracket === "(" ? "%28" : "%29"));
  return inPlace(start, end, `[${name}](${address})`);
}

const inPlace = (from: number, to: number, insert: string): Edit => {
  const end = from + insert.length;
  return { from, to, insert, start: end, end };
};
