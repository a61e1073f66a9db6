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

/** The secrets that make a stolen database useless; they are in a file of their own beside it. */
export interface Secrets {
  /** The key of the HMAC that passwords pass before bcrypt, and of the marks of known devices. */
  pepper: Uint8Array;
}

const file = v.object({ pepper: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) });

/**
 * Reads the secrets file, or makes one with new random secrets. Refuses a file that others may read or that is damaged, and a
 * missing file where there are accounts: new secrets would lock everyone out.
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
 * Writes the file whole or not at all, and syncs it to disk: after a power cut, the accounts in the database would be useless
 * without the pepper. Of several nodes that start at once on one folder, the first one's file is used by all.
 */
function create(path: string, content: v.InferOutput<typeof file>): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  writeFileSync(draft, JSON.stringify(content), { mode: 0o600, flush: true });
  try {
    linkSync(draft, path);
  } catch {
    // Another node was first; or the disk has no links, such as a memory stick, and then it is not shared by nodes.
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
