/** What a terminal or another program could take for more than text: control and format characters, and line separators. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A record of the log as one line of JSON. Whatever is in it, the line stays one (RFC 8259 escapes all below U+0020), and no
 * sequence in it colours, moves or turns round what a terminal shows.
 */
export function logLine(record: object): string {
  return JSON.stringify(record).replace(unseen, escaped);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
