import { createHash } from "node:crypto";
import { hasHash, isSorted } from "./sorted-hashes.ts";

/** A list of stolen passwords, which attackers try first everywhere. */
export interface BreachList {
  has(password: string): Promise<boolean>;
}

/** How large a list may be that is read into memory; a sorted file of hashes is searched on disk and may be of any size. */
const heldMax = 10_000_000;
const headBytes = 65_536;
const hashLine = /^[\dA-F]{40}(:\d+)?$/i;
/** Formats in which no password can be looked up: NTLM, the ends of SHA-1 hashes as range queries answer, and SHA-256. */
const otherHashLine = /^([\dA-F]{32}|[\dA-F]{35}|[\dA-F]{64})(:\d+)?$/i;

/**
 * Opens a list of stolen passwords, one a line: in plain text, or its SHA-1 in hexadecimal with or without `:count`, as in the
 * files of https://haveibeenpwned.com/Passwords. Throws a sentence for a file that is neither.
 */
export async function openBreachList(path: string): Promise<BreachList> {
  const wrong = (why: string) => new Error(`BREACH_LIST is ${path}, ${why}`);
  const file = Bun.file(path);
  const found = await file.stat().catch((error: NodeJS.ErrnoException) => {
    throw wrong(
      error.code === "ENOENT" ? "and there is no such file." : `which cannot be read: ${error.code}.`,
    );
  });
  if (!found.isFile()) throw wrong("which is not a file.");
  const head = await file
    .slice(0, headBytes)
    .bytes()
    .catch((error: NodeJS.ErrnoException) => {
      throw wrong(`which cannot be read: ${error.code}.`);
    });
  if (head.includes(0)) throw wrong("which is not a text; a packed file has to be unpacked first.");
  const lines = linesOf(head).map(latin1);
  // The last line of the sample may be cut off.
  const whole = found.size > head.length ? lines.slice(0, -1) : lines;
  if (whole.length === 0) throw wrong("which has no password in it.");
  if (whole.every((line) => otherHashLine.test(line)))
    throw wrong("which has hashes of another kind; those of SHA-1 are needed, in whole.");

  const hashed = whole.every((line) => hashLine.test(line));
  if (found.size <= heldMax) {
    const all = linesOf(await file.bytes());
    if (hashed && !all.every((line) => hashLine.test(latin1(line))))
      throw wrong("which begins with SHA-1 hashes and goes on with something else.");
    return held(all, hashed);
  }
  if (!hashed) throw wrong("which is above 10 MB; such a list has to be one of SHA-1 hashes.");
  if (!(await isSorted(path))) throw wrong("which is above 10 MB; such a list has to be sorted by hash.");
  return { has: (password) => hasHash(path, sha1(password).toString("hex").toUpperCase()) };
}

/** Keeps the first 48 bits of every hash: with a million hashes, one good password in 280 million is refused wrongly. */
function held(lines: Uint8Array[], hashed: boolean): BreachList {
  const keyOf = (hash: Buffer) => hash.readUIntBE(0, 6);
  const keys = new Set(lines.map((line) => keyOf(hashed ? Buffer.from(latin1(line), "hex") : sha1(line))));
  return { has: async (password) => keys.has(keyOf(sha1(password))) };
}

const sha1 = (text: string | Uint8Array): Buffer => createHash("sha1").update(text).digest();

const latin1 = (line: Uint8Array): string => Buffer.from(line).toString("latin1");

/** Gives the lines that are not empty, as bytes, since passwords may be in any encoding. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; ) {
    const next = bytes.indexOf(10, from);
    const end = next === -1 ? bytes.length : next;
    const line = bytes.subarray(from, bytes[end - 1] === 13 ? end - 1 : end);
    if (line.length > 0) lines.push(line);
    from = end + 1;
  }
  return lines;
}
