import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import * as v from "valibot";

/** What makes a stolen database useless without the machine: kept in a file of its own beside it. */
export interface Secrets {
  /** Key of the HMAC that passwords pass before bcrypt, and of the mark on known devices. */
  pepper: Uint8Array;
}

const file = v.object({ pepper: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) });

/**
 * Reads the secrets file, made with new random secrets when missing. Refuses one that others may read, one that is not as
 * it was written, and a missing one where there are accounts: going on with other secrets would lock everyone out.
 */
export function loadSecrets(path: string, hasAccounts = false): Secrets {
  if (!existsSync(path) && hasAccounts)
    throw new Error(`${path} is missing. Restore it from a backup: no password works without it.`);
  if (!existsSync(path)) create(path, { pepper: randomBytes(32).toString("hex") });
  if (process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0) {
    throw new Error(`${path} can be read by others. Put that right with: chmod 600 ${path}`);
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), file), readFileSync(path, "utf8"));
  if (!parsed.success)
    throw new Error(`${path} is damaged. Restore it from a backup: no password works without it.`);
  return { pepper: Buffer.from(parsed.output.pepper, "hex") };
}

/**
 * Writes the file whole or not at all, and through to the disk: the first account is on disk as soon as it is made, and
 * after a power cut it would be worth nothing without the pepper. Of several nodes that start at once on one folder, the
 * first makes it for all.
 */
function create(path: string, content: v.InferOutput<typeof file>): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  writeFileSync(draft, JSON.stringify(content), { mode: 0o600, flush: true });
  try {
    linkSync(draft, path);
  } catch {
    // Another was first, or the disk knows no links, such as a memory stick, and is not one that nodes share.
    if (!existsSync(path)) renameSync(draft, path);
  }
  const drafts = readdirSync(dirname(path)).filter((name) => /^secrets\.json\..*new$/.test(name));
  for (const name of drafts) rmSync(join(dirname(path), name), { force: true });
  if (process.platform !== "win32") syncFolder(dirname(path));
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  fsyncSync(folder);
  closeSync(folder);
}
