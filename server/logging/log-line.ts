/** Characters that a terminal or another program could interpret: control and format characters, and line separators. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Gives a record of the log as one line of JSON. The line has no line break in it (RFC 8259 escapes all below U+0020), and no
 * sequence that would colour, move or reverse what a terminal shows.
 */
export function logLine(record: object): string {
  return JSON.stringify(record).replace(unseen, escaped);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
