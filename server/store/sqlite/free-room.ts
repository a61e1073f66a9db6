import { statfsSync } from "node:fs";

/** How many bytes are free in a folder for who is not root; null where its file system does not say. */
export function freeIn(folder: string): number | null {
  try {
    const { bavail, bsize, blocks } = statfsSync(folder);
    return blocks === 0 ? null : bavail * bsize;
  } catch {
    return null;
  }
}
