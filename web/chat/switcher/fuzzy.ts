/** Without case and accents, as people type when they are in a hurry. */
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const wordEnd = /[^\p{L}\p{N}]/u;

/**
 * How well a text fits what somebody typed; higher is better, null is not at all. Each word has to be found: best at the start, then at
 * the start of a word, then anywhere, and last as letters in their order with gaps between them.
 */
export function fit(query: string, text: string): number | null {
  const where = plain(text);
  let sum = 0;
  for (const word of plain(query).split(/\s+/).filter(Boolean)) {
    const one = fitOf(word, where);
    if (one === null) return null;
    sum += one;
  }
  return sum;
}

function fitOf(word: string, text: string): number | null {
  const at = text.indexOf(word);
  if (at === 0) return 100 - Math.min(20, text.length - word.length);
  if (text.split(wordEnd).some((part) => part.startsWith(word))) return 70;
  return at === -1 ? gapped(word, text) : 50;
}

/** From 30 downwards, the more letters stand between those that were typed. */
function gapped(word: string, text: string): number | null {
  let at = -1;
  let gaps = 0;
  for (const letter of word) {
    const next = text.indexOf(letter, at + 1);
    if (next === -1) return null;
    if (at !== -1) gaps += next - at - 1;
    at = next;
  }
  return gaps > word.length * 4 ? null : Math.max(1, 30 - gaps);
}
