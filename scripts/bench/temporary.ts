import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders: string[] = [];

/** A new folder that is gone when the benchmark is. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "secure-chat-bench-"));
  folders.push(folder);
  return folder;
}

/** Removes one folder early, since a million messages are a quarter of a gigabyte. */
export function removeFolder(folder: string): void {
  // What was killed a moment ago may still have been writing.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

export function removeFolders(): void {
  for (const folder of folders) removeFolder(folder);
}
