import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { inMegabytes } from "../protocol/sizes.ts";
import { Refusal } from "../refusal.ts";
import { isFull } from "./sqlite/db-errors.ts";
import { freeIn } from "./sqlite/free-room.ts";

/** For how much there should be room: certificate, secrets, the database, and its log as it grows. */
const neededBytes = 16_000_000;

/**
 * What a person needs to read where something failed because the disk of one of these folders is full: which, how much is
 * free there, and what to do. Null where something else is the matter.
 */
export function fullDiskSentence(error: unknown, folders: () => readonly string[]): string | null {
  const isOurs = error instanceof Refusal && error.code === "storage_full";
  if (!isOurs && !isFull(error)) return null;
  const [fullest] = folders()
    .map((folder) => ({ folder, free: freeIn(existing(folder)) ?? Number.POSITIVE_INFINITY }))
    .sort((one, other) => one.free - other.free);
  if (!fullest) return null;
  const { folder, free } = fullest;
  if (free < neededBytes)
    return `The disk is full: in ${folder} ${inMegabytes(free)} are free, and it takes about ${inMegabytes(neededBytes)}. Make room there, and try again.`;
  return `Nothing can be written to ${folder}, although there seems to be room: perhaps a quota is used up, or the disk is failing.`;
}

/** The folder itself, or the nearest above it that is there. */
const existing = (folder: string): string => (existsSync(folder) ? folder : existing(dirname(folder)));
