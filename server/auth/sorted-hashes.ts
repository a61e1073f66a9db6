/** A line of a hash file is shorter than this: 40 digits, a colon, a count and a line end. */
const lineMax = 64;
const blockBytes = 4096;
const samples = 1000;

/** Whether a line of the sorted file begins with the hash: a binary search on disk, since the file may be larger than the memory. */
export async function hasHash(path: string, hash: string): Promise<boolean> {
  let from = 0;
  let to = await sizeOf(path);
  // A line begins at `from`, and the wanted line, if it exists, begins in [from, to).
  while (to - from > blockBytes) {
    const middle = Math.floor((from + to) / 2);
    const line = await nextLine(path, middle);
    if (line === null || line.at >= to || line.hash > hash) to = middle;
    else if (line.hash === hash) return true;
    else from = line.at;
  }
  const lines = (await read(path, from, to + lineMax)).toUpperCase().split("\n");
  return lines.some((line) => line.startsWith(hash));
}

/** Whether the lines are in ascending order, judged by a thousand of them across the file. */
export async function isSorted(path: string): Promise<boolean> {
  const size = await sizeOf(path);
  let before = "";
  for (let at = 0; at < samples; at++) {
    const line = await nextLine(path, Math.floor((size * at) / samples));
    if (line === null) break;
    if (line.hash < before) return false;
    before = line.hash;
  }
  return true;
}

/** The first line that begins at this position or after it; null where there is none. */
async function nextLine(path: string, place: number): Promise<{ at: number; hash: string } | null> {
  const before = Math.max(0, place - 1);
  const text = await read(path, before, place + 2 * lineMax);
  const start = place === 0 ? 0 : text.indexOf("\n") + 1;
  if (place > 0 && start === 0 && text.length >= lineMax) throw damaged(path, place);
  const hash = text.slice(start, start + 40).toUpperCase();
  if ((place > 0 && start === 0) || hash === "") return null;
  if (!/^[\dA-F]{40}$/.test(hash)) throw damaged(path, place);
  return { at: before + start, hash };
}

const damaged = (path: string, place: number) =>
  new Error(`BREACH_LIST is ${path}, where no SHA-1 hash begins a line near byte ${place}.`);

const read = (path: string, from: number, to: number) => Bun.file(path).slice(from, to).text();
const sizeOf = async (path: string) => (await Bun.file(path).stat()).size;
