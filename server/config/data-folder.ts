import { chmodSync, existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const ours = ["chat.sqlite", "secrets.json", "certs", "incarnation.json", "lock"];
const othersMay = 0o077;
/** The sticky bit, which marks folders that everybody shares, such as /tmp. */
const shared = 0o1000;

/**
 * Makes an existing data folder and the files in it private to their owner. Gives whether others had access until now. Throws a
 * sentence where that cannot be changed, or where the folder is used for more than the chat. `secrets.json` is left as it is:
 * its reader refuses it, since a person has to decide what to do about secrets that others could read.
 */
export function makeFolderPrivate(folder: string): boolean {
  if (process.platform === "win32" || !existsSync(folder)) return false;
  const { mode } = statSync(folder);
  // A new disk comes with this folder.
  const names = readdirSync(folder).filter((name) => name !== "lost+found");
  const isOpen = (mode & othersMay) !== 0;
  if (isOpen && ((mode & shared) !== 0 || (names.length > 0 && !names.some((name) => ours.includes(name)))))
    throw new Error(
      `${folder} is open to others and holds other things, so it cannot be made private. Choose a folder of its own: DATA_DIR=${join(folder, "secure-chat")}`,
    );
  if (isOpen) restrict(folder, 0o700);
  for (const name of names) {
    const path = join(folder, name);
    const entry = statSync(path, { throwIfNoEntry: false });
    if (name === "secrets.json" || !entry || (entry.mode & othersMay) === 0) continue;
    if (entry.isFile()) restrict(path, 0o600);
    else if (name === "certs") restrict(path, 0o700);
  }
  return isOpen;
}

function restrict(path: string, mode: number): void {
  try {
    chmodSync(path, mode);
  } catch (error) {
    throw new Error(
      `${path} is open to others, and only its owner can change that (${(error as { code?: string }).code}). Put it right as the owner: chmod ${mode.toString(8)} ${path}`,
      { cause: error },
    );
  }
}
