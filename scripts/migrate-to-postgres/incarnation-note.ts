import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import * as v from "valibot";

// The note beside the database, by which server/store/sqlite/incarnation.ts knows it again.

const note = v.object({
  generations: v.array(v.string()),
  file: v.number(),
  height: v.number(),
  writtenAt: v.number(),
});

interface Known {
  generation: string | null;
  file: number;
  height: number;
}

/** A note whose file was changed this much later than it says was not put there by the server. */
const strangeMs = 10_000;

/** Whether the note knows the database: otherwise it was put back from a backup since the server ran last. */
export function isKnown(path: string, { generation, file, height }: Known): boolean {
  // A database that no server has opened has neither.
  if (!existsSync(path)) return generation === null;
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), note), readFileSync(path, "utf8"));
  if (!parsed.success || statSync(path).ctimeMs - parsed.output.writtenAt >= strangeMs) return false;
  const { output } = parsed;
  return output.file === file && output.generations.includes(generation ?? "") && height >= output.height;
}

/** Lets the next server that starts on the database begin a new epoch: its numbers go on elsewhere from here. */
export function disown(path: string): void {
  const nobody = { generations: [], file: 0, height: 0, writtenAt: Date.now() };
  writeFileSync(`${path}.new`, JSON.stringify(nobody), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
