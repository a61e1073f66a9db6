import { limits } from "./protocol/limits.ts";
import { Refusal } from "./refusal.ts";

/**
 * Parses JSON from outside, more strictly than JSON.parse: an object may not name a key twice (which of the two is
 * meant is a guess that two programs make differently) nor `__proto__`, and nesting is bounded. Refuses as `malformed`.
 */
export function parseJson(text: string): unknown {
  checkStructure(text);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal("malformed");
  }
}

function checkStructure(text: string) {
  /** The keys seen in each open object; null for an array. */
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === brace || char === bracket) {
      if (open.push(char === brace ? new Set() : null) > limits.jsonMaxDepth) throw new Refusal("malformed");
    } else if (char === braceEnd || char === bracketEnd) {
      open.pop();
    } else if (char === quote) {
      const end = endOfString(text, at);
      if (isKey(text, end)) {
        const keys = open.at(-1);
        const key = decode(text.slice(at, end + 1));
        if (!keys || keys.has(key) || key === "__proto__") throw new Refusal("malformed");
        keys.add(key);
      }
      at = end;
    }
  }
}

const [quote, backslash, brace, braceEnd, bracket, bracketEnd, colon] = [...'"\\{}[]:'].map((char) =>
  char.charCodeAt(0),
) as [number, number, number, number, number, number, number];

/** Where the string that begins at `start` ends; the end of the text when it never does. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    at = text.indexOf('"', at);
    if (at === -1) return text.length;
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes++;
    if (escapes % 2 === 0) return at;
    at++;
  }
}

function isKey(text: string, end: number): boolean {
  let at = end + 1;
  while (text.charCodeAt(at) <= 32) at++;
  return text.charCodeAt(at) === colon;
}

/** Two spellings of one key, such as `a` and `\u0061`, are the same key. */
function decode(quoted: string): string {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted);
  } catch {
    throw new Refusal("malformed");
  }
}
