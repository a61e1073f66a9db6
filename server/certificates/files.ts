import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A certificate (with the chain below it) and its key, both PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface PairFiles {
  readonly cert: string;
  readonly key: string;
}

/** Where the self-made ones of a data folder live. */
export function selfMadeFiles(dataDir: string): { server: PairFiles; authority: PairFiles } {
  const certs = join(dataDir, "certs");
  return {
    server: { cert: join(certs, "cert.pem"), key: join(certs, "key.pem") },
    authority: { cert: join(certs, "ca.pem"), key: join(certs, "ca-key.pem") },
  };
}

/** Null when either file is missing. Any other trouble, such as missing rights, is thrown. */
export async function readPair(files: PairFiles): Promise<Pair | null> {
  const [cert, key] = await Promise.all([textOf(files.cert), textOf(files.key)]);
  return cert !== null && key !== null ? { cert, key } : null;
}

export async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Writes both, each whole or not at all. A folder that exists keeps its mode: it may be one the user shares with others. */
export async function writePair(files: PairFiles, pair: Pair): Promise<void> {
  await mkdir(dirname(files.key), { recursive: true, mode: 0o700 });
  await replace(files.key, pair.key, 0o600);
  await replace(files.cert, pair.cert, 0o644);
}

/** A key that a copy or a restored backup left readable for others becomes private again. */
export async function keepPrivate(path: string): Promise<void> {
  if (process.platform === "win32" || !existsSync(path)) return;
  if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600);
}

async function replace(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  await writeFile(draft, text, { mode, flag: "w" });
  await chmod(draft, mode);
  await rename(draft, path);
}
