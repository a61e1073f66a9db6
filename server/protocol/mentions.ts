/** Somebody, or several, whom a text calls. `start` and `end` are places in the text, the @ among them. */
export interface Mention {
  start: number;
  end: number;
  /** As the text has it, without the @. */
  name: string;
}

/** Calls everybody who can read the conversation, and those of them who are online. */
export const callsEveryone = "everyone";
export const callsOnline = "here";

/** No letter before the @, as in an address of mail; no @ twice. */
const called = /(?<![\w.@/-])@([A-Za-z0-9._-]{3,20})/g;

/**
 * Whom a text mentions: `@` and a name, as long a one as is known, outside code. `knows` is asked with names in lower case. Both
 * sides of the wire find the same, so that what is marked as a mention is one.
 */
export function mentionsIn(text: string, knows: (name: string) => boolean): Mention[] {
  if (!text.includes("@")) return [];
  return [...withoutCode(text).matchAll(called)].flatMap(({ index: start, 1: given }) => {
    const name = longestKnown(given!, knows);
    return name === null ? [] : [{ start, end: start + 1 + name.length, name }];
  });
}

/** A full stop after a name may belong to the sentence. */
function longestKnown(given: string, knows: (name: string) => boolean): string | null {
  for (let name = given; name.length >= 3; name = name.slice(0, -1)) {
    if (knows(name.toLowerCase())) return name;
    if (!/[._-]$/.test(name)) return null;
  }
  return null;
}

/**
 * The text with its code blanked out: what stands between two runs of backticks of one length, and behind a fence that nothing
 * closes (https://spec.commonmark.org/0.31.2/#code-spans). Takes time in proportion to the text.
 */
export function withoutCode(text: string): string {
  if (!text.includes("`")) return text;
  const runs = [...text.matchAll(/`+/g)].map(({ index, 0: { length } }) => ({ index, length }));
  /** The places of the runs of each length, the last first. */
  const closing = new Map<number, number[]>();
  for (const { index, length } of runs.toReversed()) {
    const places = closing.get(length);
    if (places) places.push(index);
    else closing.set(length, [index]);
  }
  let blanked = "";
  let at = 0;
  for (const { index, length } of runs) {
    if (index < at) continue;
    const later = closing.get(length)!;
    while (later.length > 0 && later.at(-1)! <= index) later.pop();
    const close = later.at(-1);
    const isFence = length >= 3;
    const end = close !== undefined ? close + length : isFence ? text.length : null;
    if (end === null) continue;
    blanked += text.slice(at, index) + " ".repeat(end - index);
    at = end;
  }
  return blanked + text.slice(at);
}
